"""The table of real programs: what each needs, how it is run, what may differ or be lost."""
import dataclasses

# Kinds of loss (enum jam_loss) that some rows allow.
STACKS = 5

# Locks that an allocator of its own takes before libunwind can be loaded have stacks of one frame.
ALLOCATOR = frozenset({STACKS})

# A JIT's code has no unwind tables; stacks end there.
JIT = frozenset({STACKS})

TEXT = "seq 400000 >text"


@dataclasses.dataclass
class Case:
    """`command` and `setup` may name {python}, {top}, {build}, {postgres}."""
    name: str
    command: str                     # without a shell; runs three times in a copy of what is given
    needs: tuple = ()                # programs that must be in PATH
    packages: tuple = ()             # Debian packages that bring them
    files: tuple = ()                # of this folder, given to every run
    setup: str = ""                  # shell text that makes the rest of what is given, unrecorded
    outputs: tuple = ()              # files that must be equal after each run
    edits: tuple = ()                # (pattern, replacement) for standard output and standard error
    environment: dict = dataclasses.field(default_factory=dict)
    status: int = 0                  # the bare run's; as a shell tells it
    expects: str = ""                # pattern that the bare run's standard output must match
    says: str = ""                   # pattern that `record` must say itself on standard error
    may_lose: frozenset = frozenset()
    has_trace: bool = True
    at_least: int = 1                # acquisitions
    is_verified: bool = True
    needs_user: bool = False         # refuses to run as root
    seconds: int = 300               # a limit for what hangs, wide enough for a busy machine


def c_program(source, flags="", compiler="gcc"):
    return f"{compiler} -g -O1 -pthread {flags} -o program {source}"


ADDRESSES = (r"0x[0-9a-f]+", "ADDRESS")
PIDS = (r"==\d+==", "==PID==")
# Frames of ours are in the stacks; beyond them a fast unwinder may get further than it does bare.
OUR_FRAME = (r"^ *#\d+ .*(liblockjam\.so|preload/|in start_thread|in clone3).*\n", "")
FRAME_NUMBERS = (r"^( *)#\d+ ", r"\1# ")
# The bytes around a fault lie elsewhere in each run.
SHADOW = (r"(?s)^Shadow bytes around.*?^Shadow byte legend", "Shadow byte legend")

CASES = [
    # servers
    Case("redis-server with I/O threads", "sh redis.sh", files=("redis.sh",),
         needs=("redis-server", "redis-benchmark", "redis-cli"), packages=("redis-server", "redis-tools"),
         expects="benchmark done\nOK\n42\n4000\nserver 0",
         may_lose=ALLOCATOR),
    Case("memcached", "sh memcached.sh {python}", files=("memcached.sh", "memcached_client.py"),
         needs=("memcached",), packages=("memcached",), expects="3088 .*2400\nclient 0\nserver"),
    Case("nginx with a thread pool", "sh nginx.sh", files=("nginx.sh",), needs=("nginx", "curl"),
         packages=("nginx-light", "curl"), expects="404\nserver 0"),
    Case("PostgreSQL under pgbench", "sh postgres.sh {postgres}", files=("postgres.sh",),
         needs=("initdb", "pgbench", "setpriv"), packages=("postgresql-15", "util-linux"), needs_user=True,
         expects="200/200(.|\n)*200\nt\nserver 0"),
    Case("mariadb", "sh mariadb.sh", files=("mariadb.sh",), needs=("mariadbd", "mariadb", "setpriv"),
         packages=("mariadb-server-core", "mariadb-client-core", "util-linux"), needs_user=True,
         expects="240\t7320\n240\nserver 0"),
    # data
    Case("db_bench", "db_bench --db=db --benchmarks=fillrandom,readrandom,compact --num=20000 --threads=4 "
         "--seed=1", needs=("db_bench",), packages=("rocksdb-tools",), expects="fillrandom(.|\n)*readrandom",
         edits=((r"\.\.\. finished \d+ ops *\r", ""), (r"^(?!fillrandom|readrandom|compact).*\n", ""), (r":.*", ""))),
    Case("sqlite3 with threads", "sqlite3 base.db -init many.sql .quit", files=("many.sql",), needs=("sqlite3",),
         packages=("sqlite3",), expects="ok\n60000\\|", outputs=("base.db",)),
    Case("pigz", "sh -c 'pigz -k -n -p4 text && unpigz -c text.gz | cmp - text'", setup=TEXT, needs=("pigz",),
         packages=("pigz",), outputs=("text.gz",)),
    Case("xz -T2", "sh -c 'xz -k -T2 -0 --block-size=500000 text && xz -T2 -dc text.xz | cmp - text'", setup=TEXT,
         needs=("xz",), packages=("xz-utils",), outputs=("text.xz",)),
    Case("zstd -T2", "sh -c 'zstd -q -k -T2 -B524288 text && zstd -q -dc text.zst | cmp - text'", setup=TEXT,
         needs=("zstd",), packages=("zstd",), outputs=("text.zst",)),
    Case("tar and gzip", "sh -c 'tar cf - text | gzip -n | tee all.tgz | tar tzvf -'", setup=TEXT, needs=("tar",),
         packages=("tar",), edits=((r"\d\d:\d\d", "TIME"),), has_trace=False, is_verified=False),
    Case("x264", "x264 --log-level none --quiet --no-progress --threads 4 --input-res 320x240 --frames 60 -o video.264 raw.yuv",
         setup="head -c 6912000 /dev/zero | openssl enc -aes-128-ctr -pass pass:x -nosalt 2>/dev/null >raw.yuv",
         needs=("x264", "openssl"), packages=("x264", "openssl"), outputs=("video.264",), edits=((r"[\d.]+ fps", "FPS"),)),
    # languages
    Case("node", "node worker.js", files=("worker.js",), needs=("node",), packages=("nodejs",),
         expects="^40000 ", may_lose=JIT),
    Case("java -version", "java -version", needs=("java",), packages=("default-jre-headless",), may_lose=JIT),
    Case("Java threads", "java -Xmx64m -cp . Threads", files=("Threads.java",), setup="javac Threads.java",
         needs=("java", "javac"), packages=("default-jdk-headless",), expects="120000 120000 20019900 true",
         may_lose=JIT),
    Case("javac", "javac -J-Xmx200m -d . Threads.java", files=("Threads.java",), needs=("javac",),
         packages=("default-jdk-headless",), outputs=("Threads.class",), may_lose=JIT),
    Case("python3", "{python} threads.py", files=("threads.py",), expects="16000 True False(.|\n)*timed out"),
    Case("perl threads", "perl threads.pl", files=("threads.pl",), needs=("perl",), packages=("perl",),
         expects="1200 5050\nchild\n4"),
    Case("ruby", "ruby threads.rb", files=("threads.rb",), needs=("ruby",), packages=("ruby",),
         expects="2000 9000 late child 0\n3"),
    Case("Rust", "./threads", files=("threads.rs",), setup="rustc -O --edition 2021 threads.rs",
         needs=("rustc",), packages=("rustc",), expects="4000 4000 6 4000 true", at_least=4000,
         edits=((r"thread '<unnamed>'( \(\d+\))?", "thread"),)),
    Case("Go with cgo", "./threads", files=("threads.go",), setup="HOME=$PWD go build -o threads threads.go",
         needs=("go", "gcc"), packages=("golang-go", "gcc"), expects="8000 8000 120 child", at_least=8000),
    Case("Go alone", "gofmt -l threads.go", files=("threads.go",), needs=("gofmt",), packages=("golang-go",),
         has_trace=False, is_verified=False, says="statically linked|took no lock"),
    # tools
    Case("git clone and gc", "sh -c 'git clone -q {top} copy && git -C copy -c pack.threads=4 gc -q && "
         "git -C copy fsck --no-progress && git -C copy log --oneline | tail -3'", needs=("git",),
         packages=("git",), environment={"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                                         "GIT_CONFIG_VALUE_0": "*"}),
    Case("make -j2", "make -s -j2 B=made/build made/build/lockjam", needs=("make", "gcc"), packages=("make", "gcc"),
         setup="cp -r {top}/Makefile {top}/include {top}/analyzer {top}/third_party . && mkdir made",
         is_verified=False, seconds=900, outputs=("made/build/lockjam",), edits=((r"^  CC .*\n", ""),)),
    Case("gcc -flto", "gcc -O2 -flto=2 -pthread -o program counter.c", files=("counter.c",), needs=("gcc",),
         packages=("gcc",), outputs=("program",), has_trace=False, is_verified=False),
    Case("clang -flto", "clang -O2 -flto -pthread -o program counter.c", files=("counter.c",), needs=("clang",),
         packages=("clang",), outputs=("program",)),
    Case("apt-cache", "sh -c 'apt-cache show bash | grep ^Package; apt-cache policy bash | head -2'",
         needs=("apt-cache",), packages=("apt",), expects="bash"),
    Case("curl", "curl -s file:///etc/passwd -o copy -w %{{http_code}}", needs=("curl",), packages=("curl",),
         outputs=("copy",)),
    Case("bash job control", "bash jobs.sh", files=("jobs.sh",), setup="mkdir given; touch given/a given/b",
         needs=("bash", "tar"), packages=("bash",), expects="caught\nsame\nthrough\n1000"),
    # debuggers
    Case("gdb", "gdb -q -nx -batch -x counter.gdb ./program", files=("counter.c", "counter.gdb"),
         setup=c_program("counter.c"), needs=("gdb", "gcc"), packages=("gdb", "gcc"), expects="4000",
         edits=((r"\(LWP \d+\)", ""), ADDRESSES, (r"Thread \S+", "Thread"), (r"process \d+", "process PID"))),
    Case("strace", "strace -f -o log ./program", files=("counter.c",), setup=c_program("counter.c"),
         needs=("strace", "gcc"), packages=("strace", "gcc"), expects="4000", at_least=4000),
]


def sanitizer_cases():
    common = {"needs": ("gcc",), "packages": ("gcc",)}
    for name in ("address", "thread", "undefined", "leak"):
        for compiler in ("gcc", "clang"):
            yield Case(f"{compiler} -fsanitize={name}", "./program", files=("counter.c",),
                       setup=c_program("counter.c", f"-fsanitize={name}", compiler), expects="4000",
                       at_least=4000, needs=(compiler,), packages=(compiler,))
    edits = (PIDS, ADDRESSES, SHADOW, OUR_FRAME, FRAME_NUMBERS)
    for fault, status in (("use", 1), ("leak", 1)):
        yield Case(f"AddressSanitizer finds a {fault}", f"./program {fault}", files=("faulty.c",),
                   setup=c_program("faulty.c", "-fsanitize=address"), edits=edits, status=status,
                   at_least=0, **common)
    yield Case("LeakSanitizer finds a leak", "./program leak", files=("faulty.c",), status=23, edits=edits,
               setup=c_program("faulty.c", "-fsanitize=leak"), at_least=0, **common)


def silent_cases():
    """Programs that cannot be recorded: they run as ever, and `record` says plainly why."""
    common = {"files": ("counter.c",), "needs": ("gcc",), "packages": ("gcc", "libc6-dev"),
              "has_trace": False, "is_verified": False, "expects": "4000"}
    yield Case("static", "./program", setup=c_program("counter.c", "-static"), says="statically linked", **common)
    yield Case("static-pie", "./program", setup=c_program("counter.c", "-static-pie"), says="statically linked",
               **common)
    yield Case("set-user-id", "./program", setup=c_program("counter.c") + " && chmod u+s program",
               says="set-user-id", needs_user=True, **common)
    yield Case("32-bit", "./program", setup=c_program("counter.c", "-m32"), says="32-bit",
               edits=((r"^ERROR: ld.so: object .*liblockjam.*\n", ""),),
               **{**common, "packages": ("gcc", "libc6-dev-i386", "lib32gcc-12-dev")})


CASES += [*sanitizer_cases(), *silent_cases()]

NOT_TRIED = {
    "ffmpeg": "brings a hundred packages; x264 has the same kind of threads",
}
