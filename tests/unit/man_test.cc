// The man pages against the tables that they describe.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "command_shim.h"

namespace
{

std::string contents(const std::string &path)
{
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_FALSE(text.str().empty()) << path << ": run from the top of the repository";
    return text.str();
}

bool has_word(const std::string &text, const std::string &word)
{
    const std::string separators = " \n,|";
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        size_t end = at + word.size();
        bool begins = at == 0 || separators.find(text[at - 1]) != std::string::npos;
        if (begins && (end == text.size() || separators.find(text[end]) != std::string::npos))
            return true;
    }
    return false;
}

void expect_option(const std::string &page, const std::string &name, size_t command, size_t option)
{
    char letter = 0;
    std::string long_name = jam_shim_option(command, option, &letter);
    EXPECT_TRUE(has_word(page, "-" + long_name)) << name << " --" << long_name;
    std::string item = std::string(".It Fl ") + letter;
    EXPECT_TRUE(letter == 0 || page.find(item) != std::string::npos) << name << " -" << letter;
    for (size_t i = 0; const char *choice = jam_shim_choice(command, option, i); i++)
        EXPECT_TRUE(has_word(page, choice)) << name << " --" << long_name << "=" << choice;
}

TEST(Man, DescribesEveryOptionOfEveryCommand)
{
    char letter;
    const std::string overview = contents("docs/man/lockjam.1");
    for (size_t i = 0; const char *name = jam_shim_command(i); i++) {
        EXPECT_NE(overview.find(std::string("\n.It Cm ") + name + "\n"), std::string::npos) << name;
        if (jam_shim_option(i, 0, &letter) == nullptr)
            continue;
        std::string page = contents(std::string("docs/man/lockjam-") + name + ".1");
        for (size_t option = 0; jam_shim_option(i, option, &letter) != nullptr; option++)
            expect_option(page, name, i, option);
    }
}

TEST(Man, DescribesEveryVariableOfThePreload)
{
    const std::string source = contents("preload/config.c");
    const std::string page = contents("docs/man/liblockjam.7");
    size_t count = 0;
    for (size_t at = source.find("{\"LOCKJAM_"); at != std::string::npos;
         at = source.find("{\"LOCKJAM_", at + 1), count++) {
        std::string name = source.substr(at + 2, source.find('"', at + 2) - at - 2);
        EXPECT_NE(page.find(".It Ev " + name + "\n"), std::string::npos) << name;
    }
    EXPECT_GT(count, 5u);
}

} // namespace
