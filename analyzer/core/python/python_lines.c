/* One decoder a format. All walk the table from its beginning, adding up steps. */
#include "core/python/python_lines.h"

#include <stdbool.h>

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

/* Where an instruction stands: 0 = unknown. */
struct location {
    int64_t line;
    uint64_t column;
};

/* One byte of an entry that has bit 7 clear; 0 behind its end. */
static unsigned read_byte(struct location_reader *reader)
{
    bool is_there = reader->at < reader->end && !(*reader->at & 0x80);
    return is_there ? *reader->at++ : 0;
}

/* Moves on to what an entry tells; leaves the reader at the next one, which has bit 7 set. */
static void read_location(struct location_reader *reader, unsigned code, struct location *location)
{
    location->column = 0;
    if (code == NO_COLUMNS || code == LONG_FORM)
        location->line += read_signed_varint(reader);
    else if (code >= ONE_LINE_FIRST && code <= ONE_LINE_LAST)
        location->line += (int64_t)code - ONE_LINE_FIRST;
    if (code < ONE_LINE_FIRST)
        location->column = code * 8 + (read_byte(reader) >> 4 & 7) + 1;
    else if (code <= ONE_LINE_LAST)
        location->column = read_byte(reader) + 1;
    else if (code == LONG_FORM) {
        read_varint(reader); /* lines that it goes on for */
        location->column = read_varint(reader);
    }
    while (reader->at < reader->end && !(*reader->at & 0x80))
        reader->at++;
}

static struct location find_location(const struct jam_python_lines *lines, uint32_t position)
{
    struct location_reader reader = {lines->table, lines->table + lines->bytes};
    struct location location = {.line = lines->first_line};
    uint64_t end = 0;
    while (reader.at < reader.end) {
        unsigned char first = *reader.at++;
        unsigned code = first >> 3 & 15;
        end += 2 * ((first & 7) + 1u);
        read_location(&reader, code, &location);
        if (end > position)
            return code == NO_LOCATION || location.line <= 0 ? (struct location){0} : location;
    }
    return (struct location){0};
}

unsigned jam_python_line(const struct jam_python_lines *lines, uint32_t position)
{
    if (position >= NOT_BEGUN)
        return lines->first_line;
    if (lines->minor >= 11)
        return (unsigned)find_location(lines, position).line;
    return lines->minor == 10 ? line_from_ranges(lines, position)
                              : line_from_lnotab(lines, position);
}

unsigned jam_python_column(const struct jam_python_lines *lines, uint32_t position)
{
    bool is_known = lines->minor >= 11 && position < NOT_BEGUN;
    return is_known ? (unsigned)find_location(lines, position).column : 0;
}
