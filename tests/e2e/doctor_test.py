#!/usr/bin/env python3
"""`lockjam doctor`: what it says of programs of every kind, none of which it may run."""
import json
import os
import random
import shutil
import stat

from harness import (LOCKJAM, PRELOAD, Skip, contains, equal, main, run, record, report, target, test, the_lock,
                     traces)

LOCKS = """
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int main(void) { return pthread_mutex_lock(&mutex) || pthread_mutex_unlock(&mutex); }
"""
FUTEX = """
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
static int word;
int main(void) { return syscall(SYS_futex, &word, FUTEX_WAKE, 1) != 0; }
"""
GETS_PID = """
#include <sys/syscall.h>
#include <unistd.h>
int main(void) { return syscall(SYS_getpid) <= 0; }
"""
RUST = """
use std::sync::Mutex;
fn main() { let lock = Mutex::new(std::env::args().count()); *lock.lock().unwrap() += 1; }
"""


def doctor(*command, env=None, prefix=()):
    result = run(*prefix, LOCKJAM, "doctor", "--format=json", "--", *command, env=env)
    equal(result.returncode, 0, result.stderr)
    document = json.loads(result.stdout)
    equal(document["schema"], "lockjam.doctor/1")
    for fact in document["facts"]:
        equal(set(fact), {"group", "subject", "status", "reason", "what_to_do"})
    return document


def compile_c(source, name, *flags):
    with open(f"{name}.c", "w", encoding="utf-8") as file:
        file.write(source)
    result = run("cc", "-O1", "-o", name, f"{name}.c", *flags)
    if result.returncode:
        raise Skip(f"cannot be built: {result.stderr.splitlines()[-1]}")
    return f"./{name}"


def facts_of(document, subject):
    return [fact for fact in document["facts"] if fact["subject"] == subject]


def the_fact(document, subject, words):
    found = [fact for fact in facts_of(document, subject) if words in fact["reason"]]
    equal(len(found), 1, f"{subject}, {words}: {facts_of(document, subject)}")
    return found[0]


def write_program(name, data):
    with open(name, "wb") as file:
        file.write(data)
    os.chmod(name, 0o755)
    return f"./{name}"


def is_blind(command, words, **options):
    document = doctor(command, **options)
    equal(document["verdict"], "blind", document["sentence"])
    contains(document["sentence"], words)
    fact = the_fact(document, os.path.basename(command), words)
    equal(fact["status"], "not seen")
    return document


@test
def a_program_with_mutexes_is_seen():
    document = doctor(target("counter"), "1", "1", "exit:7")
    equal(document["verdict"], "sees", document["sentence"])
    equal(the_fact(document, "counter", "mutexes")["status"], "ok")
    contains(document["sentence"], "mutexes")
    equal({fact["group"] for fact in document["facts"]}, {"program", "machine"})


@test
def nothing_is_run_or_left_behind():
    write_program("script", b"#!/bin/sh\ntouch started\n")
    doctor("./script")
    doctor(target("counter"), 1, 1, "signal:9", env={"LOCKJAM_OUTPUT": "old.jam"})
    equal(os.listdir("."), ["script"])


@test
def an_older_trace_is_left_alone():
    equal(record(target("counter"), 1, 5, "exit:0", options=["-o", "x.jam"]).returncode, 0)
    doctor(target("counter"), env={"LOCKJAM_OUTPUT": os.path.abspath("x.jam")})
    equal(the_lock(report("x.jam"), "counter_mutex")["acquisitions"], 5)


@test
def static_programs_are_not_seen():
    is_blind(compile_c(LOCKS, "fixed", "-static"), "statically linked")
    is_blind(compile_c(LOCKS, "movable", "-static-pie"), "statically linked")


@test
def what_it_says_of_a_static_program_is_true():
    command = compile_c(LOCKS, "fixed", "-static")
    equal(record(command).returncode, 0)
    equal(traces(), [])
    equal(record(compile_c(LOCKS, "shared")).returncode, 0)
    equal(len(traces()), 1)


@test
def set_user_id_counts_only_if_it_changes_the_user():
    shutil.copy(target("counter"), "changes")
    os.chmod("changes", 0o4755)
    equal(doctor("./changes")["verdict"], "sees")
    if os.getuid() != 0:
        raise Skip("only root can give a file away")
    os.chown("changes", 65534, -1)
    os.chmod("changes", 0o4755)
    is_blind("./changes", "set-user-id")
    os.chown("changes", 0, 65534)
    os.chmod("changes", 0o2755)
    is_blind("./changes", "set-group-id")


@test
def of_a_script_its_interpreter_counts():
    shutil.copy(target("counter"), "interpreter")
    write_program("script", f"#! {os.path.abspath('interpreter')} -x\n".encode())
    document = doctor("./script")
    equal(document["verdict"], "sees")
    contains(the_fact(document, "./script", "is a script")["reason"], "/interpreter")
    the_fact(document, "interpreter", "mutexes")


@test
def env_is_looked_through():
    os.mkdir("bin")
    shutil.copy(target("counter"), "bin/tool")
    write_program("bin/wrapped", b"#!/usr/bin/env -S A=1 tool --flag\n")
    write_program("script", b"#!/usr/bin/env wrapped\n")
    path = {"PATH": os.path.abspath("bin") + ":" + os.environ["PATH"]}
    the_fact(doctor("./script", env=path), "tool", "mutexes")
    the_fact(doctor("wrapped", env=path), "tool", "mutexes")


@test
def an_interpreter_must_be_there():
    for line in (b"#!/no/such/thing\n", b"#!/tmp\n"):
        write_program("script", line)
        result = run(LOCKJAM, "doctor", "./script")
        equal(result.returncode, 4)
        contains(result.stderr, "its interpreter")
    write_program("script", f"#!{os.path.abspath('script')}\n".encode())
    doctor("./script")


@test
def locks_on_futexes_are_missing():
    document = doctor(compile_c(FUTEX, "futex"))
    assert document["verdict"] in ("blind", "partly"), document["sentence"]
    equal(the_fact(document, "futex", "waits on futexes itself")["status"], "partly")
    document = doctor(compile_c(GETS_PID, "getpid"))
    equal(document["verdict"], "blind")
    assert "futex" not in document["sentence"], document["sentence"]


@test
def rust_programs_are_told_from_others():
    if not shutil.which("rustc"):
        raise Skip("there is no rustc")
    with open("rusty.rs", "w", encoding="utf-8") as file:
        file.write(RUST)
    equal(run("rustc", "-O", "rusty.rs").returncode, 0)
    document = doctor("./rusty")
    contains(document["sentence"], "utexes")
    assert document["verdict"] != "sees", document["sentence"]


@test
def go_programs_are_told_by_their_note():
    shutil.copy(target("counter"), "gopher")
    with open("note", "wb") as file:
        file.write(bytes(32))
    result = run("objcopy", "--add-section", ".note.go.buildid=note", "gopher")
    equal(result.returncode, 0, result.stderr)
    document = doctor("./gopher")
    equal(document["verdict"], "partly")
    equal(the_fact(document, "gopher", "Go program")["status"], "not seen")


@test
def interpreters_of_python_are_told():
    interpreter = "void *PyGILState_GetThisThreadState(void) { return 0; }\n"
    compile_c(LOCKS + interpreter, "with_gil", "-rdynamic")
    compile_c(LOCKS + interpreter + "void _Py_MergeZeroLocalRefcount(void) {}\n", "without", "-rdynamic")
    equal(the_fact(doctor("./with_gil"), "with_gil", "is CPython")["status"], "ok")
    equal(the_fact(doctor("./without"), "without", "without a GIL")["status"], "partly")
    assert not [fact for fact in doctor("./without")["facts"] if "is CPython:" in fact["reason"]]


@test
def sanitizers_are_told():
    document = doctor(compile_c(LOCKS, "sane", "-fsanitize=address"))
    equal(the_fact(document, "sane", "AddressSanitizer")["status"], "ok")
    equal(document["verdict"], "sees")
    equal(record("./sane", options=["-o", "x.jam"]).returncode, 0)
    equal(the_lock(report("x.jam"), "mutex")["acquisitions"], 1)


@test
def a_program_that_brings_its_own_functions_hides_them():
    source = "int pthread_mutex_lock(void *mutex) { return mutex == 0; }\n" \
             "int main(int count, char **words) { (void)count; return pthread_mutex_lock(words); }\n"
    document = doctor(compile_c(source, "own", "-fno-builtin", "-rdynamic"))
    equal(document["verdict"], "blind")
    the_fact(document, "own", "defines its own")


@test
def libraries_are_found_as_the_linker_finds_them():
    os.makedirs("app/lib")
    os.makedirs("elsewhere")
    library = "#include <pthread.h>\nvoid *one(void);\nvoid *one(void)\n" \
              "{ static pthread_cond_t cond; pthread_cond_signal(&cond); return &cond; }\n"
    user = "void *one(void);\nint main(void) { return one() == 0; }\n"
    compile_c(library, "app/lib/libone.so", "-shared", "-fPIC")
    for flags, variable in ((["-Wl,-rpath,$ORIGIN/lib"], None), ([], os.path.abspath("elsewhere"))):
        compile_c(user, "app/user", "-Lapp/lib", "-lone", *flags)
        if variable:
            missing = doctor("app/user")
            equal(missing["verdict"], "partly")
            the_fact(missing, "libone.so", "was not found")
            os.rename("app/lib/libone.so", "elsewhere/libone.so")
        document = doctor("app/user", env={"LD_LIBRARY_PATH": variable} if variable else None)
        equal(document["verdict"], "sees", document["sentence"])
        the_fact(document, "libone.so", "conditions")


@test
def bytes_of_no_kind_are_told():
    random.seed(1)
    is_blind(write_program("noise", random.randbytes(5000)), "neither a whole ELF file")
    is_blind(write_program("nothing", b""), "neither a whole ELF file")
    with open(target("counter"), "rb") as file:
        whole = file.read()
    for size in (10, 64, 500, 3000, len(whole) // 2):
        is_blind(write_program("cut", whole[:size]), "neither a whole ELF file")
    is_blind(write_program("narrow", whole[:4] + b"\1" + whole[5:]), "32-bit")
    is_blind(write_program("foreign", whole[:18] + b"\xb7\0" + whole[20:]), "no program for this")


@test
def damaged_files_do_no_harm():
    with open(target("counter"), "rb") as file:
        whole = file.read()
    random.seed(2)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(random.randint(1, 20)):
            data[random.randrange(len(data) if random.random() < 0.3 else 1024)] = random.randrange(256)
        assert doctor(write_program("damaged", bytes(data)))["verdict"] in ("sees", "partly", "blind")


@test
def what_is_no_program_is_an_error():
    with open("plain", "w", encoding="utf-8") as file:
        file.write("text")
    for command, words in (("no-such-program", "No such file"), ("./missing", "No such file"),
                           (".", "No such file"), ("./plain", "Permission denied"),
                           (os.path.abspath("."), "directory"), ("", "No such file")):
        result = run(LOCKJAM, "doctor", "--", command)
        equal(result.returncode, 4, command)
        equal(result.stdout, "")
        contains(result.stderr, words)
    equal(run(LOCKJAM, "doctor").returncode, 2)


@test
def a_missing_preload_is_told():
    shutil.copy(LOCKJAM, "lockjam")
    result = run("./lockjam", "doctor", "--format=json", target("counter"))
    equal(result.returncode, 0, result.stderr)
    document = json.loads(result.stdout)
    equal(document["verdict"], "blind")
    equal(the_fact(document, "preload", "liblockjam.so")["status"], "not seen")
    shutil.copy(PRELOAD, "liblockjam.so")
    equal(run("./lockjam", "doctor", target("counter")).returncode, 0)


@test
def a_folder_without_room_for_a_trace_is_told():
    document = doctor(target("counter"), env={"LOCKJAM_OUTPUT": "/no/such/folder/x.jam"})
    equal(document["verdict"], "blind")
    contains(the_fact(document, "trace", "no trace")["reason"], "/no/such/folder")


@test
def limits_are_told():
    document = doctor(target("counter"), prefix=("prlimit", "--as=2000000000", "--fsize=1000000"))
    equal(document["verdict"], "partly")
    for subject in ("file size", "address space"):
        equal([fact["status"] for fact in facts_of(document, subject)], ["partly"])


@test
def the_text_ends_with_the_verdict():
    document = doctor(target("counter"))
    result = run(LOCKJAM, "doctor", "-o", "x.txt", target("counter"))
    equal((result.returncode, result.stdout, result.stderr), (0, "", ""))
    with open("x.txt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    equal(lines[-1], document["sentence"])
    equal(len([line for line in lines if line.startswith("  ok ")]),
          len([fact for fact in document["facts"] if fact["status"] == "ok"]))
    assert stat.S_ISREG(os.stat("x.txt").st_mode)


if __name__ == "__main__":
    main()
