// Which traces belong to a run, how their end is stamped, and why a program may have left none.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <elf.h>

#include "record_shim.h"

namespace
{

const char *const run = "0123456789abcdef";
const int started = 500;

class Record : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        char name[] = "/tmp/lockjam-record-XXXXXX";
        folder_ = mkdtemp(name);
    }
    void TearDown() override
    {
        EXPECT_EQ(std::system(("rm -rf " + folder_).c_str()), 0);
    }

    std::string path(const std::string &name) const
    {
        return folder_ + "/" + name;
    }

    void add(const std::string &name, int pid, uint64_t start_ns = 0, const char *run_id = run,
             bool is_tsc = true)
    {
        jam_shim_trace trace = {run_id, pid, start_ns, is_tsc, 0, 0, 0};
        ASSERT_EQ(jam_shim_trace_write(path(name).c_str(), &trace), 0);
    }

    void add_text(const std::string &name, const std::string &text)
    {
        std::ofstream(path(name), std::ios::binary) << text;
    }

    std::string find(const jam_shim_end *end = nullptr)
    {
        char names[JAM_SHIM_NAMES_BYTES];
        jam_shim_record_find(folder_.c_str(), run, started, end, names);
        return names;
    }

    jam_shim_trace read(const std::string &name)
    {
        jam_shim_trace trace = {};
        EXPECT_EQ(jam_shim_trace_read(path(name).c_str(), &trace), 0);
        return trace;
    }

    std::string folder_;
};

TEST_F(Record, FindsTheTracesOfItsRunAlone)
{
    add("t.1", 1);
    add("t.2", 2, 0, "fedcba9876543210");
    add("t.3", 3, 0, "");
    add("other.4", 4);
    add_text("t.5", "LOCKJAM");
    add_text("t.6", "");
    add_text("t.7", std::string(5000, 'x'));
    ASSERT_EQ(mkdir(path("t.8").c_str(), 0700), 0);
    ASSERT_EQ(mkfifo(path("t.9").c_str(), 0600), 0);
    ASSERT_EQ(symlink(path("t.1").c_str(), path("t.10").c_str()), 0);
    EXPECT_EQ(find(), "t.1");
}

TEST_F(Record, PutsTheStartedProgramFirst)
{
    add("t.a", 900);
    add("t.b", started, 1);
    add("t.c", 100, 3);
    add("t.d", started, 0);
    add("t.e", 100, 2);
    EXPECT_EQ(find(), "t.d t.b t.e t.c t.a");
}

TEST_F(Record, AnEmptyFolderHasNoTraces)
{
    EXPECT_EQ(find(), "");
    folder_ += "/missing";
    EXPECT_EQ(find(), "");
    folder_.resize(folder_.size() - strlen("/missing"));
}

TEST_F(Record, StampsTheLastProgramOfTheProcess)
{
    add("t.first", started, 0);
    add("t.last", started, 1);
    add("t.child", 501);
    const jam_shim_end end = {7 << 8, 1111, 2222};
    find(&end);
    EXPECT_EQ(read("t.first").end_kind, 0u);
    EXPECT_EQ(read("t.child").end_kind, 0u);
    EXPECT_EQ(read("t.last").end_kind, 1u);
    EXPECT_EQ(read("t.last").end_value, 7u);
    EXPECT_EQ(read("t.last").end_ticks, 1111u);
}

TEST_F(Record, StampsSignalsAndTheOtherClock)
{
    add("t.x", started, 0, run, false);
    const jam_shim_end end = {11 | 0x80, 1111, 2222};
    find(&end);
    EXPECT_EQ(read("t.x").end_kind, 2u);
    EXPECT_EQ(read("t.x").end_value, 11u);
    EXPECT_EQ(read("t.x").end_ticks, 2222u);
}

// An executable file that says of itself what the test wants.
class Silence : public Record
{
  protected:
    std::string reason(unsigned char elf_class, uint32_t segment, mode_t mode = 0700)
    {
        Elf64_Ehdr elf = {};
        Elf64_Phdr header = {};
        memcpy(elf.e_ident, ELFMAG, SELFMAG);
        elf.e_ident[EI_CLASS] = elf_class;
        elf.e_phoff = sizeof elf;
        elf.e_phnum = 1;
        elf.e_phentsize = sizeof header;
        header.p_type = segment;
        std::string bytes(reinterpret_cast<char *>(&elf), sizeof elf);
        bytes.append(reinterpret_cast<char *>(&header), sizeof header);
        add_text("program", bytes);
        EXPECT_EQ(chmod(path("program").c_str(), mode), 0);
        return jam_shim_silence_reason(path("program").c_str());
    }
};

TEST_F(Silence, NamesWhatTheFileProves)
{
    EXPECT_NE(reason(ELFCLASS64, PT_LOAD).find("statically linked"), std::string::npos);
    EXPECT_NE(reason(ELFCLASS32, PT_INTERP).find("32-bit"), std::string::npos);
    EXPECT_NE(reason(ELFCLASS64, PT_INTERP, 04700).find("set-user-id"), std::string::npos);
    EXPECT_NE(reason(ELFCLASS64, PT_INTERP).find("took no lock"), std::string::npos);
}

TEST_F(Silence, TrustsNoFile)
{
    const std::string general = jam_shim_silence_reason("/no/such/program");
    EXPECT_NE(general.find("took no lock"), std::string::npos);
    for (const std::string &text : {std::string(),
                                    std::string("\x7f"
                                                "ELF"),
                                    std::string(10, '\xff'), std::string(100, '\xff'),
                                    std::string("#!/bin/sh\n") + std::string(100, ' ')}) {
        add_text("program", text);
        EXPECT_EQ(jam_shim_silence_reason(path("program").c_str()), general);
    }
    std::string hostile(64, '\xff');
    hostile.replace(0, 4,
                    "\x7f"
                    "ELF");
    hostile[EI_CLASS] = ELFCLASS64;
    add_text("program", hostile);
    EXPECT_NE(std::string(jam_shim_silence_reason(path("program").c_str())), "");
    EXPECT_EQ(jam_shim_silence_reason(folder_.c_str()), general);
}

TEST_F(Silence, LooksIntoThePath)
{
    const std::string before = getenv("PATH");
    reason(ELFCLASS64, PT_LOAD);
    setenv("PATH", ("/no/such/folder:" + folder_ + "::").c_str(), 1);
    EXPECT_NE(std::string(jam_shim_silence_reason("program")).find("statically"),
              std::string::npos);
    setenv("PATH", before.c_str(), 1);
}

} // namespace
