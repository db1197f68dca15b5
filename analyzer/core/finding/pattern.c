/* Matches without recursion: the last '*' is the only place to come back to. */
#include "core/finding/pattern.h"

#include <stddef.h>
#include <string.h>

struct matcher {
    const char *pattern, *text;
    const char *star, *star_text; /* behind the last '*', and where its rest was tried */
    bool has_question;            /* '?' is special */
};

static bool is_equal(const struct matcher *matcher)
{
    if (!*matcher->text)
        return false;
    return *matcher->pattern == *matcher->text ||
           (matcher->has_question && *matcher->pattern == '?');
}

/* Lets the last '*' take one more character; false if there is none to take. */
static bool retry(struct matcher *matcher)
{
    if (!matcher->star || !*matcher->star_text)
        return false;
    matcher->text = ++matcher->star_text;
    matcher->pattern = matcher->star;
    return true;
}

/* Whether pattern[0 .. end) matches the whole text. */
static bool match(struct matcher *matcher, const char *end)
{
    for (;;) {
        if (matcher->pattern < end && *matcher->pattern == '*') {
            matcher->star = ++matcher->pattern;
            matcher->star_text = matcher->text;
        } else if (matcher->pattern < end && is_equal(matcher)) {
            matcher->pattern++;
            matcher->text++;
        } else if (matcher->pattern == end && !*matcher->text) {
            return true;
        } else if (!retry(matcher)) {
            return false;
        }
    }
}

bool jam_pattern_is_match(const char *pattern, const char *text)
{
    struct matcher matcher = {pattern, text, NULL, NULL, true};
    return match(&matcher, pattern + strlen(pattern));
}

/* Whether some beginning of the text matches: a '*' is behind the pattern. */
static bool match_beginning(const char *pattern, const char *end, const char *text)
{
    struct matcher matcher = {pattern, text, NULL, NULL, false};
    for (;;) {
        if (matcher.pattern == end)
            return true;
        if (*matcher.pattern == '*') {
            matcher.star = ++matcher.pattern;
            matcher.star_text = matcher.text;
        } else if (is_equal(&matcher)) {
            matcher.pattern++;
            matcher.text++;
        } else if (!retry(&matcher)) {
            return false;
        }
    }
}

bool jam_pattern_is_part(const char *pattern, const char *text)
{
    const char *end = pattern + strlen(pattern);
    bool is_tied_begin = *pattern == '^';
    bool is_tied_end = end > pattern && end[-1] == '$';
    pattern += is_tied_begin;
    end -= is_tied_end && end > pattern;
    for (const char *from = text;; from++) {
        struct matcher matcher = {pattern, from, NULL, NULL, false};
        if (is_tied_end ? match(&matcher, end) : match_beginning(pattern, end, from))
            return true;
        if (is_tied_begin || !*from)
            return false;
    }
}
