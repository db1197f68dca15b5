#!/usr/bin/env python3
"""`lockjam record`: status, output, options, and what it says."""
import os
import shutil
import stat
import sys

from harness import (LOCKJAM, PRELOAD, contains, equal, main, record, report, run, sample, target, test,
                     the_lock, traces, TOP)


@test
def passes_the_exit_status_through():
    for status in (0, 1, 3, 66, 255):
        equal(record(target("counter"), 1, 1, f"exit:{status}").returncode, status)


@test
def reports_a_signal_as_a_shell_does():
    for number in (6, 9, 11, 15):
        equal(record(target("counter"), 1, 1, f"signal:{number}").returncode, 128 + number)


@test
def counts_exactly():
    equal(record(target("counter"), 4, 5000, "exit:0", options=["-o", "x.jam"]).returncode, 0)
    document = report("x.jam")
    lock = the_lock(document, "counter_mutex")
    equal(lock["kind"], "mutex")
    equal(lock["acquisitions"], 20000)
    equal(document["totals"]["events_lost"], 0)
    equal(sum(site["acquisitions"] for site in lock["sites"]), 20000)
    functions = {site["stack"][0]["function"] for site in lock["sites"]}
    equal(functions, {"count"})


@test
def a_killed_target_leaves_a_complete_trace():
    equal(record(target("counter"), 4, 25000, "signal:9", options=["-o", "x.jam"]).returncode, 137)
    document = report("x.jam")
    equal(the_lock(document, "counter_mutex")["acquisitions"], 100000)
    equal(document["process"]["ended"], "signal")
    equal(document["process"]["signal"], 9)


@test
def the_trace_says_how_the_program_ended():
    record(target("counter"), 1, 1, "exit:7", options=["-o", "x.jam"])
    process = report("x.jam")["process"]
    equal(process["ended"], "exit")
    equal(process["exit_status"], 7)
    equal(process["arguments"][1:], ["1", "1", "exit:7"])
    equal(process["executable"], os.path.realpath(target("counter")))


@test
def default_name_holds_program_and_pid():
    record(target("counter"), 1, 1, "exit:0")
    found = traces()
    equal(len(found), 1, str(found))
    equal(os.path.basename(found[0]), f"lockjam.counter.{report(found[0])['process']['pid']}.jam")


@test
def a_program_without_locks_leaves_no_file():
    result = record(target("lockless"))
    equal(result.returncode, 0)
    equal(os.listdir("."), [])
    contains(result.stderr, "no trace")
    contains(result.stderr, "took no lock")


@test
def a_trace_that_is_taken_away_is_missed():
    result = record(sys.executable, "-c", "import os, time; time.sleep(2); os.rename('x.jam', 'y.jam')",
                    options=["-o", "x.jam"])
    equal(result.returncode, 0, result.stderr)
    contains(result.stderr, "no trace")
    contains(result.stderr, "it was renamed or removed while the program ran")
    assert report("y.jam")["locks"]


@test
def output_replaces_an_older_trace():
    for locks in (10, 20):
        equal(record(target("counter"), 1, locks, "exit:0", options=["-o", "x.jam"]).returncode, 0)
    equal(traces(), ["./x.jam"])
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 20)


@test
def output_may_be_a_folder():
    os.mkdir("sub")
    record(target("counter"), 1, 1, "exit:0", options=["--output=sub"])
    equal(traces("."), [])
    equal(len(traces("sub")), 1)


@test
def a_device_is_not_replaced():
    result = record(target("lockless"), "started", options=["-o", "/dev/null"])
    equal(result.returncode, 4)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert not os.path.exists("started")


@test
def paths_may_hold_spaces():
    os.mkdir("a folder")
    shutil.copy(target("counter"), "a folder/my counter")
    record("./a folder/my counter", 1, 5, "exit:0", options=["-o", "a folder/my trace.jam"])
    equal(the_lock(report("a folder/my trace.jam"), "counter_mutex")["acquisitions"], 5)
    record("./a folder/my counter", 1, 6, "exit:0")
    equal(the_lock(report(*traces()), "counter_mutex")["acquisitions"], 6)


@test
def lockjam_itself_may_live_in_a_path_with_spaces():
    os.mkdir("my tools")
    shutil.copy(LOCKJAM, "my tools")
    shutil.copy(PRELOAD, "my tools")
    result = run("my tools/lockjam", "record", "-o", "x.jam", target("counter"), 1, 7, "exit:0")
    equal(result.returncode, 0, result.stderr)
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 7)
    os.rename("my tools", "my:tools")
    equal(run("my:tools/lockjam", "record", target("lockless"), "started").returncode, 4)
    assert not os.path.exists("started")


@test
def the_program_may_change_its_folder():
    os.mkdir("sub")
    record("sh", "-c", f"cd sub && exec {target('counter')} 1 3 exit:0", options=["-o", "x.jam"])
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 3)


@test
def no_such_program_is_status_4():
    for program in ("./nothing", "no-such-program", "/", "/etc/passwd"):
        result = record(program)
        equal(result.returncode, 4, program)
        contains(result.stderr, program)
        equal(result.stdout, "")
    equal(os.listdir("."), [])


@test
def unwritable_output_is_refused_before_the_program_starts():
    for output in ("/proc/x.jam", "/proc", "missing/x.jam"):
        result = record(target("lockless"), "started", options=["-o", output])
        equal(result.returncode, 4, output)
        contains(result.stderr, output.rsplit("/", 1)[0])
        assert not os.path.exists("started")


@test
def a_missing_preload_is_status_4():
    shutil.copy(LOCKJAM, "lockjam")
    result = run("./lockjam", "record", target("lockless"), "started")
    equal(result.returncode, 4)
    contains(result.stderr, "liblockjam.so")
    assert not os.path.exists("started")


@test
def the_installed_command_finds_its_preload():
    os.makedirs("usr/bin")
    os.makedirs("usr/lib/lockjam")
    shutil.copy(LOCKJAM, "usr/bin")
    shutil.copy(PRELOAD, "usr/lib/lockjam")
    equal(run("usr/bin/lockjam", "record", "-o", "x.jam", target("counter"), 1, 2, "exit:0").returncode, 0)
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 2)


@test
def absurd_options_are_wrong_usage():
    for option in ("--events=some", "--events", "--stack-depth=0", "--stack-depth=257", "--stack-depth=-1",
                   "--stack-depth=ten", "--max-size=many", "--max-size=-1", "--max-size=99999999999999999999",
                   "--max-size=1", "--follow-fork=maybe", "--no-such-option", "-Z", "--output="):
        result = run(LOCKJAM, "record", option, "--", target("lockless"), "started")
        equal(result.returncode, 2, option)
        assert result.stderr and not result.stdout
        assert not os.path.exists("started"), option
    equal(run(LOCKJAM, "record").returncode, 2)
    equal(run(LOCKJAM, "record", "--").returncode, 2)


@test
def options_behind_the_program_are_its_own():
    result = record("echo", "-o", "--events=off", "-q")
    equal(result.stdout, "-o --events=off -q\n")
    equal(run(LOCKJAM, "record", "echo", "-q", "--", "x").stdout, "-q -- x\n")


@test
def the_output_of_the_program_is_unchanged():
    for program in ("bank", "philosophers", "producer_consumer", "pool"):
        bare, recorded = run(sample(program), 2000), record(sample(program), 2000)
        equal(recorded.stdout, bare.stdout, program)
        equal(recorded.returncode, bare.returncode, program)


@test
def the_program_reads_our_input_and_sees_no_descriptor_more():
    equal(run("sh", "-c", f"echo text | {LOCKJAM} record -q -- cat").stdout, "text\n")
    equal(record("ls", "/proc/self/fd").stdout, run("ls", "/proc/self/fd").stdout)


@test
def quiet_says_nothing():
    result = record(target("counter"), 1, 1, "exit:0", options=["-q"])
    equal(result.stderr, "")
    equal(len(traces()), 1)


@test
def the_summary_has_five_lines():
    result = record(sample("bank"), options=["-o", "x.jam"])
    lines = result.stderr.splitlines()
    equal(len(lines), 5, result.stderr)
    contains(lines[0], "5 threads")
    contains(result.stderr, "journal_mutex")
    contains(lines[4], "lockjam report")
    contains(lines[4], "x.jam")


@test
def the_summary_tells_why_there_is_no_trace():
    with open("hello.c", "w", encoding="utf-8") as file:
        file.write("int main(void){return 5;}\n")
    run("cc", "-static", "-o", "static", "hello.c")
    result = record("./static")
    equal(result.returncode, 5)
    contains(result.stderr, "statically linked")


@test
def plain_preload_writes_the_same_trace():
    command = (target("counter"), 3, 1000, "exit:3")
    record(*command, options=["-o", "recorded.jam"])
    equal(run(*command, env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "plain.jam"}).returncode, 3)

    def facts(path):
        document = report(path)
        return sorted((lock["class"], lock["kind"], lock["acquisitions"], len(lock["sites"]))
                      for lock in document["locks"]), document["totals"]["threads"]
    equal(facts("plain.jam"), facts("recorded.jam"))


@test
def other_preloads_stay():
    result = record("sh", "-c", "echo $LD_PRELOAD", env={"LD_PRELOAD": "libm.so.6"})
    equal(result.stdout.strip(), f"{os.path.realpath(PRELOAD)}:libm.so.6")


@test
def variables_of_the_user_stay_unless_an_option_says_otherwise():
    environment = {"LOCKJAM_STACK_DEPTH": "7", "LOCKJAM_EVENTS": "all"}
    result = record("env", options=["--events=off"], env=environment)
    contains(result.stdout, "LOCKJAM_STACK_DEPTH=7\n")
    contains(result.stdout, "LOCKJAM_EVENTS=off\n")


@test
def an_installed_tree_is_complete():
    folder = os.path.abspath("root")
    result = run("make", "-s", "-C", TOP, "install", f"DESTDIR={folder}", "PREFIX=/usr")
    equal(result.returncode, 0, result.stderr)
    for page in ("man1/lockjam.1", "man1/lockjam-record.1", "man7/liblockjam.7"):
        assert os.path.exists(f"{folder}/usr/share/man/{page}"), page
    version = run(f"{folder}/usr/bin/lockjam", "--version")
    equal(version.returncode, 0)
    equal(run(f"{folder}/usr/bin/lockjam", "record", "-q", target("counter"), 1, 1, "exit:9").returncode, 9)


main()
