/* One decoder a format. All walk the table from its beginning, adding up steps. */
#include "core/python/python_lines.h"

/* Before the first instruction: -2 or -1 as stored by a frame that has not begun. */
enum { NOT_BEGUN = 0x80000000u };

static int signed_byte(unsigned char byte)
{
    return byte < 0x80 ? byte : byte - 0x100;
}

static unsigned line_from_lnotab(const struct jam_python_lines *lines, uint32_t position)
{
    uint64_t address = 0;
    int64_t line = lines->first_line;
    for (size_t i = 0; i + 1 < lines->bytes; i += 2) {
        address += lines->table[i];
        if (address > position)
            break;
        line += signed_byte(lines->table[i + 1]);
    }
    return line > 0 ? (unsigned)line : 0;
}

static unsigned line_from_ranges(const struct jam_python_lines *lines, uint32_t position)
{
    enum { NO_LINE = -128 };
    uint64_t end = 0;
    int64_t line = lines->first_line;
    for (size_t i = 0; i + 1 < lines->bytes; i += 2) {
        int delta = signed_byte(lines->table[i + 1]);
        end += lines->table[i];
        if (delta != NO_LINE)
            line += delta;
        if (end > position)
            return delta == NO_LINE || line <= 0 ? 0 : (unsigned)line;
    }
    return 0;
}

/* A place in the location table. */
struct location_reader {
    const unsigned char *at, *end;
};

/* Six bits a byte, lowest first; bit 6 says that more follow. */
static uint64_t read_varint(struct location_reader *reader)
{
    uint64_t value = 0;
    for (unsigned shift = 0; reader->at < reader->end && shift < 60; shift += 6) {
        unsigned char byte = *reader->at++;
        value |= (uint64_t)(byte & 0x3f) << shift;
        if (!(byte & 0x40))
            break;
    }
    return value;
}

/* The sign is in the lowest bit. */
static int64_t read_signed_varint(struct location_reader *reader)
{
    uint64_t value = read_varint(reader);
    return value & 1 ? -(int64_t)(value >> 1) : (int64_t)(value >> 1);
}

enum location_code {
    ONE_LINE_FIRST = 10, /* to 12: the delta is code - 10 */
    ONE_LINE_LAST = 12,
    NO_COLUMNS = 13,
    LONG_FORM = 14,
    NO_LOCATION = 15,
};

/* How far an entry moves the line; leaves the reader at the next entry, which has bit 7 set. */
static int64_t read_line_delta(struct location_reader *reader, unsigned code)
{
    int64_t delta = 0;
    if (code == NO_COLUMNS || code == LONG_FORM)
        delta = read_signed_varint(reader);
    else if (code >= ONE_LINE_FIRST && code <= ONE_LINE_LAST)
        delta = (int64_t)code - ONE_LINE_FIRST;
    while (reader->at < reader->end && !(*reader->at & 0x80))
        reader->at++;
    return delta;
}

static unsigned line_from_locations(const struct jam_python_lines *lines, uint32_t position)
{
    struct location_reader reader = {lines->table, lines->table + lines->bytes};
    uint64_t end = 0;
    int64_t line = lines->first_line;
    while (reader.at < reader.end) {
        unsigned char first = *reader.at++;
        unsigned code = first >> 3 & 15;
        end += 2 * ((first & 7) + 1u);
        line += read_line_delta(&reader, code);
        if (end > position)
            return code == NO_LOCATION || line <= 0 ? 0 : (unsigned)line;
    }
    return 0;
}

unsigned jam_python_line(const struct jam_python_lines *lines, uint32_t position)
{
    if (position >= NOT_BEGUN)
        return lines->first_line;
    if (lines->minor >= 11)
        return line_from_locations(lines, position);
    return lines->minor == 10 ? line_from_ranges(lines, position)
                              : line_from_lnotab(lines, position);
}
