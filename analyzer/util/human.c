/* Human-readable numbers and harmless text. */
#include "util/human.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Three significant digits of value in units of `unit`. */
static char *with_unit(double value, const char *unit, char *buffer)
{
    int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    snprintf(buffer, JAM_HUMAN_BYTES, "%.*f %s", digits, value, unit);
    return buffer;
}

static char *long_time(uint64_t seconds, char *buffer)
{
    uint64_t minutes = seconds / 60;
    if (minutes < 60)
        snprintf(buffer, JAM_HUMAN_BYTES, "%" PRIu64 " min %02u s", minutes,
                 (unsigned)(seconds % 60));
    else
        snprintf(buffer, JAM_HUMAN_BYTES, "%" PRIu64 " h %02u min", minutes / 60,
                 (unsigned)(minutes % 60));
    return buffer;
}

char *jam_human_time(uint64_t ns, char buffer[JAM_HUMAN_BYTES])
{
    if (ns < 1000)
        snprintf(buffer, JAM_HUMAN_BYTES, ns ? "%u ns" : "%u", (unsigned)ns);
    else if (ns < 999500)
        with_unit((double)ns / 1e3, "us", buffer);
    else if (ns < 999500000)
        with_unit((double)ns / 1e6, "ms", buffer);
    else if (ns < 119500000000)
        with_unit((double)ns / 1e9, "s", buffer);
    else
        long_time((ns + 500000000 < ns ? ns : ns + 500000000) / 1000000000, buffer);
    return buffer;
}

char *jam_human_count(uint64_t count, char buffer[JAM_HUMAN_BYTES])
{
    char digits[JAM_HUMAN_BYTES];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *to = buffer;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = '\0';
    return buffer;
}

char *jam_human_bytes(uint64_t bytes, char buffer[JAM_HUMAN_BYTES])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        snprintf(buffer, JAM_HUMAN_BYTES, "%u bytes", (unsigned)bytes);
        return buffer;
    }
    double value = (double)bytes / 1024;
    size_t unit = 0;
    for (; value >= 1023.95 && unit < sizeof units / sizeof units[0] - 1; unit++)
        value /= 1024;
    snprintf(buffer, JAM_HUMAN_BYTES, "%.1f %s", value, units[unit]);
    return buffer;
}

char *jam_human_share(uint64_t part, uint64_t whole, char buffer[JAM_HUMAN_BYTES])
{
    double percent = whole ? 100.0 * (double)part / (double)whole : 0;
    if (!whole)
        snprintf(buffer, JAM_HUMAN_BYTES, "-");
    else if (!part)
        snprintf(buffer, JAM_HUMAN_BYTES, "0 %%");
    else if (percent < 0.1)
        snprintf(buffer, JAM_HUMAN_BYTES, "<0.1 %%");
    else
        snprintf(buffer, JAM_HUMAN_BYTES, "%.1f %%", percent);
    return buffer;
}

/* Bytes of the sequence that this lead byte begins; 0 = cannot begin one. */
static size_t sequence_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead < 0xe0)
        return 2;
    if (lead >= 0xe0 && lead < 0xf0)
        return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/* Whether the code point is the shortest form, no surrogate, in range and not a control. */
static bool is_printable(uint32_t point, size_t length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool is_surrogate = point >= 0xd800 && point < 0xe000;
    bool is_control = point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 ||
                      point == 0x2029 || (point >= 0x202a && point <= 0x202e) ||
                      (point >= 0x2066 && point <= 0x2069);
    return point >= least[length] && point < 0x110000 && !is_surrogate && !is_control;
}

/* Bytes of the printable character that begins here, 0 if there is none. */
static size_t character_length(const char *text, size_t left)
{
    size_t length = sequence_length((unsigned char)*text);
    if (!length || length > left)
        return 0;
    uint32_t point = (unsigned char)*text & (length == 1 ? 0x7f : 0xff >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if (((unsigned char)text[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | ((unsigned char)text[i] & 0x3f);
    }
    return is_printable(point, length) ? length : 0;
}

char *jam_human_clean_bytes(const char *text, size_t length, char *buffer, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < length && text[i];) {
        size_t step = character_length(text + i, length - i);
        if (used + (step ? step : 1) >= size)
            break;
        if (step)
            memcpy(buffer + used, text + i, step);
        else
            buffer[used] = '?';
        used += step ? step : 1;
        i += step ? step : 1;
    }
    buffer[used] = '\0';
    return buffer;
}

char *jam_human_clean(const char *text, char *buffer, size_t size)
{
    return jam_human_clean_bytes(text, strlen(text), buffer, size);
}

size_t jam_human_columns(const char *text)
{
    size_t columns = 0;
    for (; *text; text++)
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    return columns;
}
