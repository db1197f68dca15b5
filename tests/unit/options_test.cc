// The table-driven option parser.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "util_shim.h"

namespace
{

struct Values {
    bool quiet, verbose;
    uint64_t count, size;
    const char *output;
    double fraction;
    int color;
};

const jam_option rows[] = {
    {"quiet", 'q', JAM_OPTION_FLAG, nullptr, "", offsetof(Values, quiet), nullptr, 0, 0},
    {"verbose", 'v', JAM_OPTION_FLAG, nullptr, "", offsetof(Values, verbose), nullptr, 0, 0},
    {"count", 'n', JAM_OPTION_COUNT, "N", "", offsetof(Values, count), nullptr, 1, 1000},
    {"size", 0, JAM_OPTION_SIZE, "BYTES", "", offsetof(Values, size), nullptr, 0, 0},
    {"output", 'o', JAM_OPTION_STRING, "FILE", "", offsetof(Values, output), nullptr, 0, 0},
    {"hold", 0, JAM_OPTION_FRACTION, "F", "", offsetof(Values, fraction), nullptr, 0, 0},
    {"color", 0, JAM_OPTION_CHOICE, nullptr, "", offsetof(Values, color), jam_color_choices, 0, 0},
    {},
};

struct Parsed {
    std::vector<std::string> words; // what the values point into
    int result;
    Values values;
    std::string error;
    std::vector<std::string> operands;
};

Parsed parse(std::vector<std::string> words, jam_operands operands = JAM_OPERANDS_MIXED)
{
    std::vector<char *> argv;
    words.insert(words.begin(), "command");
    Parsed parsed = {};
    parsed.words = std::move(words);
    for (std::string &word : parsed.words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    jam_error error = {};
    const jam_command_line line = {static_cast<int>(parsed.words.size()), argv.data(), operands};
    parsed.result = jam_options_parse(rows, &line, &parsed.values, &error);
    parsed.error = error.text;
    for (int i = 1; i <= parsed.result; i++)
        parsed.operands.push_back(argv[i]);
    return parsed;
}

TEST(Options, SpellingsOfAValue)
{
    const std::vector<std::vector<std::string>> spellings = {
        {"--count=5"}, {"--count", "5"}, {"-n5"},
        {"-n", "5"},   {"-qn5"},         {"--count=7", "--count=5"}};
    for (const auto &words : spellings)
        EXPECT_EQ(parse(words).values.count, 5u) << words[0];
}

TEST(Options, FlagsBundle)
{
    Parsed parsed = parse({"-qv"});
    EXPECT_EQ(parsed.result, 0);
    EXPECT_TRUE(parsed.values.quiet && parsed.values.verbose);
}

TEST(Options, Sizes)
{
    const struct {
        const char *text;
        uint64_t bytes;
    } cases[] = {{"0", 0},           {"17", 17},         {"4K", 4096},
                 {"4k", 4096},       {"4KiB", 4096},     {"3M", 3u << 20},
                 {"2G", 2ull << 30}, {"1T", 1ull << 40}, {"18446744073709551615", UINT64_MAX}};
    for (const auto &test : cases) {
        Parsed parsed = parse({std::string("--size=") + test.text});
        EXPECT_EQ(parsed.result, 0) << parsed.error;
        EXPECT_EQ(parsed.values.size, test.bytes) << test.text;
    }
}

TEST(Options, OtherValues)
{
    Parsed parsed = parse({"--hold=0.5", "--color=never", "-o", "x y"});
    EXPECT_EQ(parsed.values.fraction, 0.5);
    EXPECT_EQ(parsed.values.color, JAM_COLOR_NEVER);
    EXPECT_STREQ(parsed.values.output, "x y");
}

TEST(Options, WrongUsageNamesTheOption)
{
    const struct {
        std::vector<std::string> words;
        const char *part;
    } cases[] = {
        {{"--nonsense"}, "'--nonsense'"},
        {{"-x"}, "'-x'"},
        {{"--count"}, "--count needs a value"},
        {{"--quiet=1"}, "--quiet takes no value"},
        {{"--count=five"}, "'five' is not a number"},
        {{"--count="}, "not a number"},
        {{"--count=-1"}, "not a number"},
        {{"--count= 1"}, "not a number"},
        {{"--count=1K"}, "not a number"},
        {{"--count=0"}, "too small, the least is 1"},
        {{"--count=1001"}, "too large, the most is 1000"},
        {{"--count=99999999999999999999"}, "not a number"},
        {{"--size=1X"}, "not a size"},
        {{"--size=1KB"}, "not a size"},
        {{"--size=18446744073709551615K"}, "not a size"},
        {{"--hold=-1"}, "not a fraction"},
        {{"--hold=nan"}, "not a fraction"},
        {{"--hold=1e999"}, "not a fraction"},
        {{"--color=blue"}, "'blue' is none of auto, always, never"},
    };
    for (const auto &test : cases) {
        Parsed parsed = parse(test.words);
        EXPECT_EQ(parsed.result, JAM_ERROR_USAGE) << test.words[0];
        EXPECT_NE(parsed.error.find(test.part), std::string::npos) << parsed.error;
    }
}

TEST(Options, OperandsMayComeFirst)
{
    Parsed parsed = parse({"a", "-q", "b", "--", "-c"});
    EXPECT_TRUE(parsed.values.quiet);
    EXPECT_EQ(parsed.operands, (std::vector<std::string>{"a", "b", "-c"}));
}

TEST(Options, AProgramKeepsItsOwnOptions)
{
    using Words = std::vector<std::string>;
    EXPECT_EQ(parse({"-q", "program", "-v"}, JAM_OPERANDS_COMMAND).operands,
              (Words{"program", "-v"}));
    EXPECT_EQ(parse({"-q", "--", "-v"}, JAM_OPERANDS_COMMAND).operands, Words{"-v"});
    EXPECT_EQ(parse({"--", "a", "--", "b"}, JAM_OPERANDS_COMMAND).operands,
              (Words{"a", "--", "b"}));
}

TEST(Options, ASingleDashIsAnOperand)
{
    EXPECT_EQ(parse({"-"}).operands, std::vector<std::string>{"-"});
}

} // namespace
