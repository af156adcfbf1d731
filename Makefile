# SPDX-License-Identifier: ISC
# Rollcall. `make run` shows it, `make check` tests it; both install what is missing first.
# CC=clang and BUILD=folder may be given; SAN=1 builds with ASan and UBSan; V=1 shows the commands.

BUILD ?= build
PREFIX ?= /usr/local
PYTHON ?= /usr/bin/python3
# As many jobs as cores, unless make was told how many.
JOBS = $(if $(findstring j,$(filter-out --%,$(MAKEFLAGS))),,-j$(shell nproc 2>/dev/null || echo 1))

WARN := -std=c17 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wvla -Wundef -Wmissing-prototypes \
	-Wformat=2 -Wpointer-arith -Wwrite-strings
HARD := -fstack-protector-strong -fPIE -D_FORTIFY_SOURCE=2
OPT := -O2 -g
SANITIZERS := -fsanitize=address,undefined
ifdef SAN
OPT := -O1 -g $(SANITIZERS) -fno-omit-frame-pointer -fno-sanitize-recover=undefined
HARD := -fPIE
endif
CPPFLAGS += -D_GNU_SOURCE -Ilib -I. -MMD -MP
CFLAGS += $(WARN) $(OPT) $(HARD) $(if $(WERROR),-Werror)
LDFLAGS += -pie -Wl,-z,relro,-z,now $(if $(SAN),$(SANITIZERS))
# What is not a part of Debian's compiler is found by pkg-config; libfcgi 2.4.2 has no .pc file there.
pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)
CPPFLAGS += $(call pkg,--cflags,libxml-2.0 libxslt libpcre2-8 libcurl libcrypto)

# The rooms, and what each may know (DESIGN: direction of knowledge). An archive per room; a unit test
# of a room links its column and nothing else. A program is a room, too, and its main.o on top.
ROOMS := base core home proc store view guard desk pages fcgi rollcall sim
COLUMN_base := base
COLUMN_core := core base
COLUMN_home := home core base
COLUMN_proc := proc base
COLUMN_store := store core base
COLUMN_view := view store core base
COLUMN_guard := guard core base
COLUMN_desk := desk home view store proc guard core base
COLUMN_pages := pages desk home view store proc guard core base
COLUMN_fcgi := fcgi pages desk home view store proc guard core base
COLUMN_rollcall := rollcall desk home view store proc guard core base
COLUMN_sim := sim base
LIBS_base := $(call pkg,--libs,libcrypto)
LIBS_core := $(call pkg,--libs,libxml-2.0 libpcre2-8 libcrypto)
LIBS_home := $(LIBS_core)
LIBS_proc := $(LIBS_base)
LIBS_guard := $(LIBS_core) -lcrypt
LIBS_store := $(LIBS_core) -llmdb
LIBS_view := $(call pkg,--libs,libxslt) $(LIBS_store)
LIBS_desk := $(LIBS_view) -lcrypt $(call pkg,--libs,libarchive)
LIBS_pages := $(LIBS_desk) $(call pkg,--libs,libqrencode)
LIBS_fcgi := -lfcgi $(LIBS_pages) $(call pkg,--libs,libcurl)
LIBS_rollcall := $(LIBS_desk)
LIBS_sim := $(call pkg,--libs,libcurl libxml-2.0 libcrypto)
DIR_fcgi := fcgi
DIR_rollcall := tools/rollcall
DIR_sim := tools/sim
folder = $(or $(DIR_$(1)),lib/$(1))
archives = $(foreach r,$(1),$(BUILD)/lib/$(r).a)

PROGRAMS := rollcalld rollcall rollcall-sim
ROOM_rollcalld := fcgi
ROOM_rollcall := rollcall
ROOM_rollcall-sim := sim

BINARIES := $(addprefix $(BUILD)/,$(PROGRAMS))
UNITS := $(patsubst test/unit/%.c,$(BUILD)/unit/%,$(wildcard test/unit/*/test_*.c))
FUZZERS := $(patsubst test/fuzz/fuzz_%.c,%,$(wildcard test/fuzz/fuzz_*.c))
C_FILES := $(wildcard lib/*/*.c fcgi/*.c tools/*/*.c test/unit/*/*.c test/fuzz/*.c test/bench/*.c \
	test/faults/*.c)
H_FILES := $(wildcard lib/*/*.h fcgi/*.h tools/*/*.h test/unit/*.h test/unit/*/*.h)

Q := $(if $(V),,@)
.PRECIOUS: $(BUILD)/%.o
.PHONY: all setup run check check-all unit fuzz-replay pytest axe soak lint lint-all sanitize fuzz bench clean install
all: $(BINARIES)

objects = $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c)))
define room
$(BUILD)/lib/$(1).a: $(call objects,$(call folder,$(1))) $(call folder,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)$(AR) rcs $$@ $$(filter %.o,$$^)
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

define program
$(BUILD)/$(1): $(BUILD)/$(call folder,$(2))/main.o $(call archives,$(COLUMN_$(2)))
	@echo "  LD $$@"
	$(Q)$(CC) $(LDFLAGS) -o $$@ $$^ $(LIBS_$(2))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p),$(ROOM_$(p)))))

# Other flags or another compiler make other objects.
FLAGS := $(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(FLAGS)' | cmp -s - $@ || printf '%s\n' '$(FLAGS)' >$@
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

define unit_room
$(BUILD)/unit/$(1)/%: $(BUILD)/test/unit/$(1)/%.o $(call archives,$(COLUMN_$(1)))
	@mkdir -p $$(@D)
	@echo "  LD $$@"
	$(Q)$(CC) $(LDFLAGS) -o $$@ $$^ -lcmocka $(LIBS_$(1))
endef
$(foreach r,$(ROOMS),$(eval $(call unit_room,$(r))))

# Fuzz targets are pure: they link what a unit test of core or guard may. The ordinary test run
# replays their corpora with test/fuzz/replay.c as main().
$(BUILD)/fuzz/%: $(BUILD)/test/fuzz/fuzz_%.o $(BUILD)/test/fuzz/replay.o $(call archives,guard core base)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_core)

$(BUILD)/bench/responder: $(BUILD)/test/bench/responder.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lfcgi

$(BUILD)/bench/fill: $(BUILD)/test/bench/fill.o $(call archives,store core base)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_store)

$(BUILD)/bench/handshake: $(BUILD)/test/bench/handshake.o
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call pkg,--libs,libssl libcrypto)

$(BUILD)/bench/poll: $(BUILD)/test/bench/poll.o $(call archives,home store core base)
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_store)

# For tests of faults: libraries that are preloaded into a server, and what looks at its store. The
# former replace functions of the C library and stay without sanitizers.
FAULTS := $(addprefix $(BUILD)/test/faults/,failio.so failalloc.so look)
$(BUILD)/test/faults/%.so: test/faults/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC $@"
	$(Q)$(CC) -D_GNU_SOURCE $(WARN) $(if $(WERROR),-Werror) -O2 -g -shared -fPIC -o $@ $<

$(BUILD)/test/faults/look: $(BUILD)/test/faults/look.o $(call archives,store proc core base)
	@echo "  LD $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_store)

setup:
	@tools/setup

run: setup
	@$(MAKE) --no-print-directory $(JOBS) all
	@tools/demo $(BUILD)

check: setup
	@$(MAKE) --no-print-directory $(JOBS) all
	@$(MAKE) --no-print-directory $(JOBS) check-all

check-all: unit fuzz-replay
	@$(MAKE) --no-print-directory pytest

unit: $(UNITS)
	@test/run-unit $(UNITS)

fuzz-replay: $(addprefix $(BUILD)/fuzz/,$(FUZZERS))
	@for f in $(FUZZERS); do $(BUILD)/fuzz/$$f test/fuzz/corpus/$$f || exit 1; done

# Most tests wait for processes more than they compute, so two files for each core run at once; those
# that measure time or take the machine to its limits (marked "alone", test/conftest.py; where there is none,
# pytest says 5) come after them.
TESTS := $(PYTHON) -m pytest -q -p no:cacheprovider
TESTED ?= test
pytest: all $(FAULTS) axe
	@ROLLCALL_BUILD=$(abspath $(BUILD)) $(TESTS) -n $$((2 * $$(nproc))) --dist loadfile -m "not alone" $(TESTED) $(PYTEST)
	@ROLLCALL_BUILD=$(abspath $(BUILD)) $(TESTS) -m alone $(TESTED) $(PYTEST) || [ $$? = 5 ]

# axe-core, which judges the accessibility of pages: of the version in test/browser. Without network its
# tests fail and say so, the others run.
AXE := $(BUILD)/axe/node_modules/axe-core/axe.min.js
axe:
	@$(MAKE) --no-print-directory -s $(AXE) || echo "axe-core could not be installed from npm" >&2
$(AXE): test/browser/package.json test/browser/package-lock.json
	@mkdir -p $(BUILD)/axe
	@cp $^ $(BUILD)/axe
	@cd $(BUILD)/axe && npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

# Faults for hours rather than minutes: SOAK=test/faults/test_fault_kills.py takes one file of them.
SOAK ?= test/faults test/http/test_processes.py
soak: setup
	@$(MAKE) --no-print-directory $(JOBS) all $(FAULTS)
	@ROLLCALL_SOAK=1 ROLLCALL_BUILD=$(abspath $(BUILD)) $(PYTHON) -m pytest -v -p no:cacheprovider $(SOAK)

lint: setup
	@$(MAKE) --no-print-directory $(JOBS) lint-all

lint-all: $(addprefix lint-tidy-,$(subst /,--,$(filter-out test/%,$(C_FILES))))
	test/lint-layers
	@clang-format --dry-run --Werror $(C_FILES) $(H_FILES)
	@cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingIncludeSystem --suppress=unknownMacro -D_GNU_SOURCE -Ilib -I. \
		lib fcgi tools

lint-tidy-%:
	@out=$$(clang-tidy --quiet $(subst --,/,$*) -- $(filter-out -MMD -MP,$(CPPFLAGS)) -std=c17 2>&1) || \
		{ printf '%s\n' "$$out"; exit 1; }

# All unit tests and fuzz corpora, and what comes from the network, end to end. SANITIZED=test takes all the
# rest too, in some 40 minutes, but what a browser does with pages: test/http asks for all of those.
SANITIZED ?= test/conformance $(addprefix test/http/,$(addsuffix .py, \
	test_ap test_backup test_bad_input test_enrol test_errands test_identity test_raw test_vardump))
sanitize: setup
	@$(MAKE) --no-print-directory $(JOBS) BUILD=build-san SAN=1 all
	@$(MAKE) --no-print-directory $(JOBS) BUILD=build-san SAN=1 TESTED="$(SANITIZED)" \
		PYTEST=--ignore=test/browser check-all

# make fuzz SECONDS=600: every target that long; what was learnt and found stays in build-fuzz/.
SECONDS ?= 60
fuzz: setup
	@test/fuzz/run $(SECONDS) $(FUZZERS)

bench: setup
	@$(MAKE) --no-print-directory $(JOBS) all $(addprefix $(BUILD)/bench/,responder poll fill handshake)
	@test/bench/run $(BUILD)

share := $(DESTDIR)$(PREFIX)/share
install: all
	install -d $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(PREFIX)/bin $(share)/rollcall
	install $(BUILD)/rollcalld $(DESTDIR)$(PREFIX)/sbin
	install $(BUILD)/rollcall $(BUILD)/rollcall-sim $(DESTDIR)$(PREFIX)/bin
	install -m 644 conf/* lighttpd/* $(share)/rollcall
	for page in man/*; do install -D -m 644 $$page $(share)/man/man$${page##*.}/$${page##*/}; done

clean:
	rm -rf build build-*

-include $(patsubst %.c,$(BUILD)/%.d,$(C_FILES))

# Compiled in: the program and its defaults are always of one version.
$(BUILD)/lib/home/shipped.o: conf/default-config.xml conf/user-config.rng conf/full-config.dtd \
	lighttpd/lighttpd.conf
TEMPLATES := $(sort $(notdir $(wildcard $(addprefix templates/*.,xsl css js svg en de))))
symbol = $(subst .,_,$(subst -,_,$(1)))
$(BUILD)/lib/view/templates.o: templates $(addprefix templates/,$(TEMPLATES))
$(BUILD)/lib/view/templates.o: private CPPFLAGS += \
	'-DTEMPLATES(F)=$(foreach t,$(TEMPLATES),F($(call symbol,$(t)),"$(t)"))'
