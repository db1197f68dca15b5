// docs/format.md against the code: its tables of offsets against the compiler, its worked example
// against the reader.
//
// The document is read as text. A table of fields follows a line "`struct NAME`, N bytes:"; a dump
// is a block ```hexdump; the values of the example are tables that begin "| at | bytes |".
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "format_shim.h"

namespace
{

using Cells = std::vector<std::string>;

std::vector<std::string> document()
{
    std::ifstream file("docs/format.md");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    EXPECT_FALSE(lines.empty()) << "docs/format.md: run from the top of the repository";
    return lines;
}

std::string trimmed(const std::string &text)
{
    size_t first = text.find_first_not_of(" `"), last = text.find_last_not_of(" `");
    return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

Cells cells_of(const std::string &line)
{
    Cells cells;
    std::istringstream stream(line);
    std::string cell;
    std::getline(stream, cell, '|');
    while (std::getline(stream, cell, '|'))
        cells.push_back(trimmed(cell));
    return cells;
}

// The rows of the table whose heading line is lines[at], without heading and ruler.
std::vector<Cells> table_at(const std::vector<std::string> &lines, size_t at)
{
    std::vector<Cells> rows;
    for (size_t i = at + 2; i < lines.size() && lines[i].rfind("|", 0) == 0; i++)
        rows.push_back(cells_of(lines[i]));
    return rows;
}

const jam_format_field *find_field(const std::string &structure, const std::string &name)
{
    for (size_t i = 0; i < jam_format_field_count; i++)
        if (structure == jam_format_fields[i].structure && name == jam_format_fields[i].field)
            return &jam_format_fields[i];
    return nullptr;
}

void expect_field(const std::string &structure, const Cells &row)
{
    const jam_format_field *field = find_field(structure, row[2]);
    ASSERT_NE(field, nullptr) << structure << " has no field " << row[2];
    EXPECT_EQ(row[0], std::to_string(field->offset)) << structure << "." << row[2];
    EXPECT_EQ(row[1], field->size == 0 ? "n" : std::to_string(field->size))
        << structure << "." << row[2];
}

// The rows lie without a gap from 0 to the size of the structure.
void expect_gapless(const std::string &structure, const std::vector<Cells> &rows)
{
    size_t end = 0;
    for (const Cells &row : rows) {
        EXPECT_EQ(row[0], std::to_string(end)) << structure << "." << row[2];
        end += row[1] == "n" ? 0 : std::stoul(row[1]);
    }
    const jam_format_field *whole = find_field(structure, "");
    ASSERT_NE(whole, nullptr) << structure;
    EXPECT_EQ(end, whole->size) << structure;
}

// "`struct jam_site`, 64 bytes:" and the table below it.
void expect_structure(const std::vector<std::string> &lines, size_t at, std::set<std::string> &seen)
{
    char name[64];
    size_t bytes;
    if (sscanf(lines[at].c_str(), "`struct %63[a-z_]`, %zu bytes:", name, &bytes) != 2)
        return;
    std::vector<Cells> rows = table_at(lines, at + 2);
    expect_gapless(name, rows);
    for (const Cells &row : rows)
        expect_field(name, row);
    EXPECT_EQ(bytes, find_field(name, "")->size) << name;
    seen.insert(name);
}

TEST(Format, DocumentsEveryFieldOfEveryStructure)
{
    std::set<std::string> seen, expected;
    std::vector<std::string> lines = document();
    for (size_t i = 0; i < lines.size(); i++)
        expect_structure(lines, i, seen);
    for (size_t i = 0; i < jam_format_field_count; i++)
        expected.insert(jam_format_fields[i].structure);
    EXPECT_EQ(seen, expected);
}

TEST(Format, NamesTheKindsOfExtentsAsTheReaderDoes)
{
    std::vector<std::string> lines = document();
    auto heading = std::find(lines.begin(), lines.end(), "| kind | name | owner | records |");
    ASSERT_NE(heading, lines.end());
    std::vector<Cells> rows = table_at(lines, size_t(heading - lines.begin()));
    for (size_t kind = 0; kind < rows.size(); kind++) {
        EXPECT_EQ(rows[kind][0], std::to_string(kind));
        EXPECT_EQ(rows[kind][1], jam_format_kind_name(int(kind)));
    }
    EXPECT_STREQ(jam_format_kind_name(int(rows.size())), "unknown");
}

// "00001040  04 00 ...  |....|": an offset and 16 bytes; the last line has no bytes.
void expand_line(const std::string &line, std::string &file)
{
    size_t offset = std::stoul(line, nullptr, 16);
    file.resize(std::max(file.size(), offset), '\0');
    std::istringstream bytes(line.substr(
        8, line.find('|') == std::string::npos ? std::string::npos : line.find('|') - 8));
    for (std::string byte; bytes >> byte;)
        file += char(std::stoul(byte, nullptr, 16));
}

std::string example()
{
    std::string file;
    bool is_inside = false;
    for (const std::string &line : document()) {
        if (line.rfind("```", 0) == 0)
            is_inside = line == "```hexdump";
        else if (is_inside)
            expand_line(line, file);
    }
    return file;
}

struct Value {
    uint64_t offset;
    size_t size;
    std::string what, value;
};

std::vector<Value> example_values()
{
    std::vector<Value> values;
    std::vector<std::string> lines = document();
    for (size_t i = 0; i < lines.size(); i++)
        if (lines[i] == "| at | bytes | what | value |")
            for (const Cells &row : table_at(lines, i))
                values.push_back(
                    {std::stoull(row[0], nullptr, 16), std::stoul(row[1]), row[2], row[3]});
    EXPECT_GT(values.size(), 80u);
    return values;
}

class FormatExample : public testing::Test
{
  protected:
    void SetUp() override
    {
        char name[] = "/tmp/lockjam-format-XXXXXX";
        int descriptor = mkstemp(name);
        ASSERT_GE(descriptor, 0);
        file_ = example();
        ASSERT_EQ(write(descriptor, file_.data(), file_.size()), ssize_t(file_.size()));
        close(descriptor);
        char error[1024];
        trace_ = jam_format_open(name, error, sizeof error);
        unlink(name);
        ASSERT_NE(trace_, nullptr) << error;
    }

    void TearDown() override
    {
        if (trace_ != nullptr)
            jam_format_close(trace_);
    }

    // What the reader has for "locks[0]", and where it lies in the file.
    const char *record(const std::string &name, size_t index, uint64_t *offset)
    {
        static const std::map<std::string, int> kinds = {
            {"header", 0}, {"strings", 1}, {"lanes", 2}, {"threads", 3},
            {"locks", 4},  {"stacks", 6},  {"sites", 7},
        };
        const void *found = nullptr;
        if (name == "extents")
            found = jam_format_extent(trace_, index, offset);
        else if (name == "held")
            found = jam_format_held(trace_, index, offset);
        else if (kinds.count(name) == 1)
            found = jam_format_record(trace_, kinds.at(name), index, offset);
        return static_cast<const char *>(found);
    }

    std::string file_;
    jam_trace *trace_ = nullptr;
};

const char *structure_of(const std::string &name)
{
    static const std::map<std::string, const char *> structures = {
        {"header", "jam_header"},
        {"extents", "jam_extent"},
        {"strings", "jam_string"},
        {"lanes", "jam_lane"},
        {"threads", "jam_thread_record"},
        {"locks", "jam_lock_record"},
        {"stacks", "jam_stack"},
        {"sites", "jam_site"},
        {"held", "jam_held"},
    };
    return structures.at(name);
}

// The bytes as the document writes them: "bank", 4c 4f 43, 0x404 or 1028.
std::string as_written(const std::string &bytes, const std::string &like)
{
    char text[64];
    std::string hexadecimal;
    uint64_t number = 0;
    memcpy(&number, bytes.data(), std::min(bytes.size(), sizeof number));
    for (unsigned char byte : bytes) {
        snprintf(text, sizeof text, "%02x", byte);
        hexadecimal += (hexadecimal.empty() ? "" : " ") + std::string(text);
    }
    if (like.rfind("\"", 0) == 0)
        return "\"" + bytes + "\"";
    if (like.find(' ') != std::string::npos)
        return hexadecimal;
    snprintf(text, sizeof text, like.rfind("0x", 0) == 0 ? "0x%llx" : "%llu",
             static_cast<unsigned long long>(number));
    return text;
}

// "locks[0].flags", "header.clock_first.ticks", "stacks[0].frames[1]".
struct Path {
    explicit Path(const std::string &text)
    {
        size_t dot = text.find('.');
        std::string whole = text.substr(0, dot), part = text.substr(dot + 1);
        name = whole.substr(0, whole.find('['));
        field = part.substr(0, part.find('['));
        index = number_in_brackets(whole);
        element = number_in_brackets(part);
    }

    static size_t number_in_brackets(const std::string &text)
    {
        size_t bracket = text.find('[');
        return bracket == std::string::npos ? 0 : std::stoul(text.substr(bracket + 1));
    }

    std::string name, field;
    size_t index, element;
};

TEST_F(FormatExample, IsReadWithEveryDocumentedValue)
{
    for (const Value &value : example_values()) {
        Path path(value.what);
        uint64_t at = 0;
        const char *found = record(path.name, path.index, &at);
        ASSERT_NE(found, nullptr) << value.what;
        const jam_format_field *field = find_field(structure_of(path.name), path.field);
        ASSERT_NE(field, nullptr) << value.what;
        size_t position = field->offset + path.element * value.size;
        EXPECT_EQ(at + position, value.offset) << value.what;
        EXPECT_EQ(as_written({found + position, value.size}, value.value), value.value)
            << value.what;
    }
}

TEST_F(FormatExample, ExplainsEveryByteThatIsNotZero)
{
    std::string unexplained = file_;
    for (const Value &value : example_values())
        unexplained.replace(value.offset, value.size, value.size, '\0');
    size_t first = unexplained.find_first_not_of('\0');
    EXPECT_EQ(first, std::string::npos) << "offset " << first;
}

TEST_F(FormatExample, IsWholeAndUndamaged)
{
    uint64_t offset;
    const char *names[] = {"strings", "threads", "locks", "stacks", "lanes", "sites", "held"};
    const size_t counts[] = {5, 1, 1, 1, 1, 1, 1};
    for (size_t i = 0; i < 7; i++) {
        EXPECT_NE(record(names[i], counts[i] - 1, &offset), nullptr) << names[i];
        EXPECT_EQ(record(names[i], counts[i], &offset), nullptr) << names[i];
    }
    EXPECT_EQ(file_.size(), 28672u);
    EXPECT_EQ(jam_format_damage(trace_), 0u);
}

TEST_F(FormatExample, FollowsTheStackReferences)
{
    uint64_t offset;
    const char *site = record("sites", 0, &offset);
    uint32_t reference;
    memcpy(&reference, site + find_field("jam_site", "stack")->offset, sizeof reference);
    EXPECT_EQ(jam_format_stack(trace_, reference), record("stacks", 0, &offset));
    EXPECT_EQ(offset, uint64_t(reference) * 16);
    EXPECT_EQ(jam_format_stack(trace_, reference + 1), nullptr);
}

} // namespace
