# lockjam's build logic, all of it. `make help` prints the lines that start with `##`.
#
## lockjam: build, test and try it
##
## Targets
##   all            build/lockjam and build/liblockjam.so (the default)
##   deps           install the Debian packages that are missing (root, or sudo without a password)
##   demo           install what is missing, build, record a sample and RocksDB, print both reports
##   test           install what is missing, build, run every test and `check`
##   check          the structural checks alone: check-layers check-headers check-exports check-size
##                  check-format check-clang check-tidy check-man
##   check-real     real programs bare and recorded: servers, languages, compilers, sanitizers; uses what
##                  is installed (tests/real/run --install brings the rest)
##   check-conformance  public test programs for threads (of glibc, libstdc++, Open POSIX), fetched and
##                  built, bare and recorded: status and output must be the same
##   check-python   CPython's own tests of threads, processes and signals, bare and recorded: each case must
##                  have the same result (interpreters: here and in LOCKJAM_PYTHONS; those with tests)
##   pythons        fetch newer Python interpreters than Debian 12 has into build/pythons (PYTHONS="3.13 3.14
##                  3.15"); test, check-python and bench use what is there
##   soak           threads, locks, libraries and processes come and go, recorded, for SECONDS=600
##   bench          what recording costs on this machine
##   format         rewrite all sources with clang-format
##   install        install under $(DESTDIR)$(PREFIX)
##   clean          remove build/
##
## Knobs
##   V=1            show the commands
##   DEBUG=1        -O0 -g3
##   SAN=LIST       -fsanitize=LIST in the command and the unit tests (address,undefined); never in
##                  the preload, which lives in programs that were built without it
##   CC= CXX=       compilers (gcc and clang both work)
##   PREFIX=/usr/local DESTDIR=
##   T=TEXT         `make test`: only the test programs whose name contains TEXT; `make bench`: only
##                  such rows (T=list: their names)
##   JOBS=N         parallel jobs of `make test` and `make demo`

VERSION := 0.1.0
PREFIX  ?= /usr/local
DESTDIR ?=
JOBS    ?= $(shell nproc)
B       := build

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif

Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2);)

# --- packages ------------------------------------------------------------------------------------
# redis-tools holds the redis-server binary too (under the name redis-check-rdb), without the service.

BUILD_PACKAGES := gcc g++ libunwind-dev libunwind8 libdw-dev libelf-dev libjansson-dev libiberty-dev \
                  libprotobuf-c-dev protobuf-c-compiler zlib1g-dev libsqlite3-dev
TEST_PACKAGES  := libgtest-dev graphviz clang clang-format clang-tidy mandoc python3 libpython3-dev binutils libjemalloc2 \
                  libtcmalloc-minimal4 libmimalloc2.0
# Programs that read what we write: their tests are skipped where they cannot be had.
READER_PACKAGES := golang-go chromium fonts-dejavu-core tmux bash zsh fish
DEMO_PACKAGES  := rocksdb-tools
BENCH_PACKAGES := rocksdb-tools redis-tools sysbench pigz python3

# --- flags ---------------------------------------------------------------------------------------

OPTIMIZE := $(if $(DEBUG),-O0 -g3,-O2 -g)
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all)
WARNINGS := -Wall -Wextra -Werror
DEFINES  := -D_GNU_SOURCE= -DJAM_VERSION='"$(VERSION)"'
C_FLAGS   = -std=gnu11 $(WARNINGS) -Wstrict-prototypes $(DEFINES) $(CFLAGS)
CXX_FLAGS = -std=c++17 $(WARNINGS) $(CXXFLAGS)

# The preload must find its thread-local data without calling into the dynamic linker, be unwindable
# through. No -fexceptions: cleanup
# handlers would then bring in libgcc_s, and the preload links libc alone. General registers only:
# a struct that is stored by words and copied by vectors stalls the store buffer on every lock. The
# parts of the hot path lie in several files and are inlined at link time where the compiler can.
PRELOAD_LTO     := $(if $(DEBUG)$(findstring clang,$(CC)),,-flto=auto)
PRELOAD_CFLAGS  := -fPIC $(OPTIMIZE) $(PRELOAD_LTO) -mgeneral-regs-only -falign-loops=64 \
                   -fvisibility=hidden -ftls-model=initial-exec \
                   -fno-omit-frame-pointer -fno-stack-protector \
                   -fasynchronous-unwind-tables -Iinclude -Ipreload
PRELOAD_MAP     := preload/exports.map
PRELOAD_LDFLAGS := -shared -Wl,-z,now,-z,nodelete -Wl,-soname,liblockjam.so \
                   -Wl,--version-script=$(PRELOAD_MAP)
PRELOAD_LIBS    :=

ANALYZER_CFLAGS  = $(OPTIMIZE) $(SANITIZE) -Iinclude -Ianalyzer -I$(B)/generated
ANALYZER_LIBS   := -ljansson -ldw -lelf -liberty -lprotobuf-c -lz -lsqlite3

UNIT_FLAGS = $(OPTIMIZE) $(SANITIZE) -Iinclude -Ianalyzer -Itests/shim -Itests/unit
UNIT_LIBS := -lgtest_main -lgtest -pthread

# Programs that tests and the demo record: ordinary user code.
TARGET_FLAGS := -O2 -g -Wall -Wextra -Werror -pthread
TARGET_LIBS  := -ldl -lm

# --- sources -------------------------------------------------------------------------------------

preload_sources  := $(wildcard preload/*.c preload/*/*.c)
analyzer_sources := $(wildcard analyzer/*.c analyzer/*/*.c analyzer/*/*/*.c)
shim_sources     := $(wildcard tests/shim/*.c)
unit_sources     := $(wildcard tests/unit/*.cc)
fuzz_sources     := $(wildcard tests/fuzz/*_fuzz.c)
fuzz_common      := $(filter-out $(fuzz_sources),$(wildcard tests/fuzz/*.c))
target_sources   := $(wildcard samples/*.c samples/*.cc tests/preload/*.c tests/preload/*.cc \
                      tests/e2e/*.c tests/e2e/*.cc tests/soak/*.c bench/*.c bench/*.cc)
data_sources     := $(wildcard tests/data/*/*.[ch] tests/data/*/*.cc)
headers          := $(wildcard include/*.h include/lockjam/*.h preload/*.h preload/*/*.h analyzer/*.h \
                      analyzer/*/*.h analyzer/*/*/*.h tests/shim/*.h tests/unit/*.h tests/fuzz/*.h bench/*.h)
formatted        := $(preload_sources) $(analyzer_sources) $(shim_sources) $(unit_sources) \
                    $(fuzz_sources) $(fuzz_common) $(target_sources) $(data_sources) $(headers)
asset_files      := $(wildcard analyzer/sql/*.sql analyzer/html/* third_party/*/*.js)
man_pages        := $(wildcard docs/man/*.[1-8])

preload_objects  := $(preload_sources:%.c=$(B)/%.o)
analyzer_objects := $(analyzer_sources:%.c=$(B)/%.o)
proto_headers    := $(patsubst analyzer/proto/%.proto,$(B)/generated/%.pb-c.h,$(wildcard analyzer/proto/*.proto))
other_objects    := $(proto_headers:%.h=%.o) $(B)/analyzer/assets.o
library_objects  := $(filter-out $(B)/analyzer/main.o,$(analyzer_objects)) $(other_objects)
shim_objects     := $(shim_sources:%.c=$(B)/%.o)
unit_objects     := $(unit_sources:%.cc=$(B)/%.o)
fuzz_objects     := $(fuzz_common:%.c=$(B)/%.o)
fuzz_programs    := $(fuzz_sources:%.c=$(B)/%)

# samples/x.c -> build/samples/x; a library (name starts with lib) -> build/.../libx.so
target_libraries := $(patsubst %,$(B)/%.so,$(basename $(foreach s,$(target_sources),\
                      $(if $(filter lib%,$(notdir $(s))),$(s)))))
target_programs  := $(patsubst %,$(B)/%,$(basename $(foreach s,$(target_sources),\
                      $(if $(filter lib%,$(notdir $(s))),,$(s)))))

.DELETE_ON_ERROR:
.SECONDARY: $(proto_headers)
.SUFFIXES:
.PHONY: all deps demo test check bench format install clean help \
        programs FORCE
.DEFAULT_GOAL := all

all: $(B)/lockjam $(B)/liblockjam.so

# --- products ------------------------------------------------------------------------------------

$(B)/lockjam: $(analyzer_objects) $(other_objects)
	$(call say,LINK,$@)$(CC) $(OPTIMIZE) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(ANALYZER_LIBS)

# Renamed when it is whole: a program may be starting under the one before.
$(B)/liblockjam.so: $(preload_objects) $(PRELOAD_MAP)
	$(call say,LINK,$@)$(CC) $(PRELOAD_CFLAGS) $(PRELOAD_LDFLAGS) -o $@.new \
	  $(preload_objects) $(LDFLAGS) $(PRELOAD_LIBS) && mv $@.new $@

# Symbol versions are made by assembler directives, which do not survive link-time optimisation.
$(B)/preload/hook_cond.o: PRELOAD_CFLAGS += -fno-lto
# A jump to a function of the same file, in assembly.
$(B)/preload/hook_syscall.o: PRELOAD_CFLAGS += -fno-lto
$(B)/preload/bytes.o: PRELOAD_CFLAGS += -fno-lto -fno-builtin -fno-tree-loop-distribute-patterns

$(B)/preload/%.o: preload/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(C_FLAGS) $(PRELOAD_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/analyzer/%.o: analyzer/%.c $(B)/flags | $(proto_headers)
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(C_FLAGS) $(ANALYZER_CFLAGS) -MMD -MP -c -o $@ $<

# Messages in C from their description, and files of the tree as data.
$(B)/generated/%.pb-c.h: analyzer/proto/%.proto
	@mkdir -p $(@D)
	$(call say,PROTO,$<)protoc-c --proto_path=$(<D) --c_out=$(@D) $<

$(B)/generated/%.o: $(B)/generated/%.h $(B)/flags
	$(call say,CC,$(@:.o=.c))$(CC) -std=gnu11 $(OPTIMIZE) $(SANITIZE) -c -o $@ $(@:.o=.c)

$(B)/analyzer/assets.o: analyzer/assets.S $(asset_files) $(B)/flags
	@mkdir -p $(@D)
	$(call say,AS,$<)$(CC) -Ianalyzer -I. -c -o $@ $<

# Everything is compiled again when the compiler or a flag changes.
$(B)/flags: FORCE
	@mkdir -p $(B)
	@echo '$(CC) $(CXX) $(C_FLAGS) $(CXX_FLAGS) $(PRELOAD_CFLAGS) $(ANALYZER_CFLAGS) $(TARGET_FLAGS)' \
	  | cmp -s - $@ || \
	  echo '$(CC) $(CXX) $(C_FLAGS) $(CXX_FLAGS) $(PRELOAD_CFLAGS) $(ANALYZER_CFLAGS) $(TARGET_FLAGS)' >$@

FORCE:

# --- test programs -------------------------------------------------------------------------------

$(B)/tests/unit/run: $(unit_objects) $(shim_objects) $(library_objects)
	$(call say,LINK,$@)$(CXX) $(OPTIMIZE) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(ANALYZER_LIBS) $(UNIT_LIBS)

$(B)/tests/unit/%.o: tests/unit/%.cc $(B)/flags
	@mkdir -p $(@D)
	$(call say,CXX,$<)$(CXX) $(CXX_FLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/shim/%.o: tests/shim/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(C_FLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/fuzz/%.o: tests/fuzz/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(C_FLAGS) $(UNIT_FLAGS) -MMD -MP -c -o $@ $<

$(fuzz_programs): $(B)/%: $(B)/%.o $(fuzz_objects) $(library_objects)
	$(call say,LINK,$@)$(CC) $(OPTIMIZE) $(SANITIZE) -o $@ $^ $(LDFLAGS) $(ANALYZER_LIBS)

# A target program may ask for flags of its own in a line `build-flags: FLAGS` near its top.
own_flags = $(shell sed -n '1,20s/.*build-flags: *\([^*]*\).*/\1/p' $<)

$(B)/%: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,TARGET,$@)$(CC) -std=gnu11 $(DEFINES) -Iinclude $(TARGET_FLAGS) -MMD -MP -MF $@.d -o $@ $< \
	  $(own_flags) $(TARGET_LIBS)

$(B)/%: %.cc $(B)/flags
	@mkdir -p $(@D)
	$(call say,TARGET,$@)$(CXX) -std=c++17 -Iinclude $(TARGET_FLAGS) -MMD -MP -MF $@.d -o $@ $< \
	  $(own_flags) $(TARGET_LIBS)

$(B)/%.so: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,TARGET,$@)$(CC) -std=gnu11 $(DEFINES) -Iinclude $(TARGET_FLAGS) -fPIC -shared -MMD -MP \
	  -MF $@.d -o $@ $< $(own_flags) $(TARGET_LIBS)

$(B)/%.so: %.cc $(B)/flags
	@mkdir -p $(@D)
	$(call say,TARGET,$@)$(CXX) -std=c++17 -Iinclude $(TARGET_FLAGS) -fPIC -shared -MMD -MP \
	  -MF $@.d -o $@ $< $(own_flags) $(TARGET_LIBS)

programs: all $(target_programs) $(target_libraries) $(fuzz_programs) \
          $(if $(unit_sources),$(B)/tests/unit/run)

-include $(patsubst %.o,%.d,$(preload_objects) $(analyzer_objects) $(shim_objects) $(unit_objects) \
           $(fuzz_objects)) $(fuzz_programs:%=%.d) $(target_programs:%=%.d) $(target_libraries:%=%.d)

# --- the two commands ----------------------------------------------------------------------------
# The packages decide which headers exist, so what needs them runs in a second make.

deps:
	$(Q)scripts/install-packages $(sort $(BUILD_PACKAGES) $(TEST_PACKAGES) $(DEMO_PACKAGES) $(BENCH_PACKAGES) \
	  $(READER_PACKAGES))

demo:
	$(Q)scripts/install-packages $(BUILD_PACKAGES) $(DEMO_PACKAGES)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all $(B)/samples/bank
	$(Q)scripts/demo $(B)

test:
	$(Q)scripts/install-packages $(sort $(BUILD_PACKAGES) $(TEST_PACKAGES) $(DEMO_PACKAGES) $(BENCH_PACKAGES))
	$(Q)scripts/install-packages --optional $(READER_PACKAGES)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) programs
	$(Q)MAKE='$(MAKE)' scripts/run-tests $(B) $(T)

bench:
	$(Q)scripts/install-packages $(sort $(BUILD_PACKAGES) $(BENCH_PACKAGES))
	$(Q)scripts/install-packages --optional chromium fonts-dejavu-core
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) all $(filter $(B)/bench/% $(B)/samples/desk%,$(target_programs))
	$(Q)bench/run $(B) $(T)

# --- checks --------------------------------------------------------------------------------------

checks := check-layers check-headers check-exports check-size check-format check-clang check-tidy \
          check-man

.PHONY: $(checks)
check: $(checks)

# Who may include whom.
check-layers:
	$(Q)scripts/check-layers

# Every header compiles alone: as C, and as C++ where C++ code includes it.
check-headers:
	$(Q)status=0; for header in $(filter-out tests/unit/%,$(headers)); do \
	  $(CC) -xc $(C_FLAGS) $(UNIT_FLAGS) -Ipreload -Itests/fuzz -fsyntax-only -include $$header /dev/null \
	    || status=1; done; \
	for header in $(filter include/lockjam/% tests/shim/% tests/unit/%,$(headers)); do \
	  $(CXX) -xc++ $(CXX_FLAGS) $(UNIT_FLAGS) -fsyntax-only -include $$header /dev/null || status=1; \
	done; exit $$status

# liblockjam.so exports what preload/hook_table.h lists, nothing else, and links libc alone.
check-exports: $(B)/liblockjam.so
	$(Q)scripts/check-exports $< preload/hook_table.h docs/hooks.md

check-size:
	$(Q)scripts/check-size $(formatted)

check-format:
	@mkdir -p $(B)
	$(Q)clang-format --dry-run --Werror $(formatted) 2>&1 \
	  | sed -n 's/^\([^:]*:[0-9]*\):.*clang-format-violations.*/\1: run make format/p' | sort -u >$(B)/unformatted
	$(Q)cat $(B)/unformatted; test ! -s $(B)/unformatted

# The other compiler, and the static analyser: one stamp a file, renewed when its object was.
clang_flags_preload  = $(C_FLAGS) $(PRELOAD_CFLAGS)
clang_flags_analyzer = $(C_FLAGS) $(ANALYZER_CFLAGS)
clang_flags_tests    = $(C_FLAGS) $(UNIT_FLAGS)
clang_flags          = $(clang_flags_$(firstword $(subst /, ,$(1))))
checked_objects     := $(preload_objects) $(analyzer_objects) $(shim_objects) $(fuzz_objects)

check-clang: $(checked_objects:$(B)/%.o=$(B)/check/%.clang) $(unit_objects:$(B)/%.o=$(B)/check/%.clang++)

$(B)/check/%.clang: $(B)/%.o
	@mkdir -p $(@D)
	$(call say,CLANG,$*.c)clang $(call clang_flags,$*) -fsyntax-only $*.c && touch $@

$(B)/check/%.clang++: $(B)/%.o
	@mkdir -p $(@D)
	$(call say,CLANG,$*.cc)clang++ $(CXX_FLAGS) $(UNIT_FLAGS) -fsyntax-only $*.cc && touch $@

tidy_checks_preload := --checks=-clang-analyzer-core.UndefinedBinaryOperatorResult,-clang-analyzer-core.uninitialized.*

check-tidy: $(patsubst $(B)/%.o,$(B)/check/%.tidy,$(preload_objects) $(analyzer_objects))

$(B)/check/%.tidy: $(B)/%.o .clang-tidy
	@mkdir -p $(@D)
	$(call say,TIDY,$*.c)clang-tidy --quiet \
	  $(tidy_checks_$(firstword $(subst /, ,$*))) $*.c -- $(call clang_flags,$*) 2>$@.log \
	  || { cat $@.log; exit 1; }; touch $@

check-man:
	$(Q)$(if $(man_pages),mandoc -T lint -W warning $(man_pages))

# Not part of `make test`: it needs large packages, and minutes.
.PHONY: check-real
check-real: all
	$(Q)LOCKJAM_BUILD=$(abspath $(B)) tests/real/run $(T)

# Sources of some 100 MB from Debian, and half an hour.
.PHONY: check-conformance
check-conformance: all
	$(Q)LOCKJAM_BUILD=$(abspath $(B)) tests/conformance/run $(T)

# A quarter of an hour for each interpreter; most of it is spent waiting.
.PHONY: check-python
check-python: all
	$(Q)LOCKJAM_BUILD=$(abspath $(B)) tests/cpython/run $(T)

.PHONY: pythons
pythons:
	$(Q)scripts/install-packages patchelf
	$(Q)scripts/fetch-pythons $(B)/pythons $(PYTHONS)

SECONDS := 600
.PHONY: soak
soak: all $(B)/tests/soak/soak $(B)/tests/preload/libscenario.so
	$(Q)LOCKJAM_BUILD=$(abspath $(B)) tests/soak/run $(SECONDS)

# --- the rest ------------------------------------------------------------------------------------

format:
	$(Q)clang-format -i $(formatted)

# Where shells look for completion, below share/; the first word is the shell.
completions := bash-completion/completions/lockjam zsh/site-functions/_lockjam \
               fish/vendor_completions.d/lockjam.fish

install: all
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/lockjam'
	install -m 755 $(B)/lockjam '$(DESTDIR)$(PREFIX)/bin/lockjam'
	install -m 755 $(B)/liblockjam.so '$(DESTDIR)$(PREFIX)/lib/lockjam/liblockjam.so'
	$(if $(wildcard include/lockjam/*.h),install -D -m 644 -t '$(DESTDIR)$(PREFIX)/include/lockjam' \
	  $(wildcard include/lockjam/*.h))
	$(foreach page,$(man_pages),install -D -m 644 $(page) \
	  '$(DESTDIR)$(PREFIX)/share/man/man$(patsubst .%,%,$(suffix $(page)))/$(notdir $(page))' &&) true
	$(foreach place,$(completions),install -d '$(DESTDIR)$(PREFIX)/share/$(dir $(place))' && \
	  $(B)/lockjam --completion=$(firstword $(subst -, ,$(subst /, ,$(place)))) \
	  >'$(DESTDIR)$(PREFIX)/share/$(place)' &&) true

clean:
	rm -rf $(B)

help:
	@sed -n 's/^## \{0,1\}//p' $(firstword $(MAKEFILE_LIST))
