# SPDX-License-Identifier: GPL-2.0-only
#
# For people; the kernel's build reads Kbuild.

KDIR ?= /lib/modules/$(shell uname -r)/build
KERNEL ?= 6.1
DEMO ?= oops
SECONDS ?= 600
DESTDIR ?=
prefix ?= /usr/local

# The scripts call make for trees of their own, which ours must not reach into.
alone := env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES

.DEFAULT_GOAL := all

all: module reader ## the module and the reader

module: ## stackanno.ko, for the kernel that KDIR= names (default: the running one)
	@test -e '$(KDIR)/Makefile' || { \
		echo "KDIR=$(KDIR) holds no kernel headers: install linux-headers-$$(uname -r), or give KDIR=" >&2; \
		exit 1; }
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' modules

reader: ## the reader, build/host/stackanno
	$(MAKE) -C userspace all

demo: ## crash a kernel in QEMU and show the report; DEMO=oops|panic|warn|task KERNEL=6.1|6.12
	@scripts/deps demo
	@$(alone) scripts/demo --kernel '$(KERNEL)' '$(DEMO)'

check: ## every test, on the host and in QEMU, on every kernel
	@scripts/deps check
	@$(alone) scripts/check

check-fast: ## style, the tests on the host, and one boot
	@scripts/deps check
	@$(alone) scripts/check --fast

oracle: ## what the analysis says of a whole kernel and of 50 modules, against their DWARF; KERNEL=6.1
	@scripts/deps oracle
	$(MAKE) -s -C selftests/oracle
	@selftests/oracle/run "$$(scripts/kernel --debug '$(KERNEL)')"

soundness: ## functions of a kernel run in an emulator, against the analysis; KERNEL=6.1
	@scripts/deps soundness
	$(MAKE) -s -C selftests/oracle soundness
	build/oracle/soundness --every 4 "$$(scripts/kernel --debug '$(KERNEL)')/vmlinux"
	selftests/oracle/mutants "$$(scripts/kernel --debug '$(KERNEL)')/vmlinux"

live-truth: ## what functions of a running kernel were entered with, against the reports; KERNEL=6.1
	@scripts/deps live-truth
	@$(alone) selftests/truth/run '$(KERNEL)'

fuzz: ## look for bytes that break what reads bytes; SECONDS=600 for each fuzzer
	@scripts/deps fuzz
	$(MAKE) -s -C selftests/fuzz
	selftests/fuzz/run --seconds '$(SECONDS)'

bench: ## what an analysis costs, on this machine and in QEMU; KERNEL=6.1
	@scripts/deps bench
	@$(alone) selftests/bench/run '$(KERNEL)'

check-all: ## make check, and both oracles and the fuzzers in full, on every kernel; hours
	@scripts/deps check
	@$(alone) scripts/check --all

check-style: ## only what reads or compiles the sources
	@scripts/deps style
	@$(alone) scripts/check-style

install: ## modules_install, the reader and its man page; DESTDIR= and prefix= are honoured
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' $(if $(DESTDIR),INSTALL_MOD_PATH='$(DESTDIR)') modules_install
	$(MAKE) -C userspace install DESTDIR='$(DESTDIR)' prefix='$(prefix)'

clean: ## what was built, but not the kernels in build/kernels
	find . -path ./build -prune -o -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' \
		-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' -o -name '.*.d' \
		-o -name Module.symvers -o -name modules.order -o -name .module-common.c \
		-o -name __pycache__ \) -exec rm -rf {} +
	rm -rf build/obj build/host build/unit build/selftests build/results build/style \
		build/fuzz build/fuzz-mutants build/bench build/oracle build/truth build/mutants

distclean: clean ## all that was built or fetched
	rm -rf build

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' Makefile | expand -t 16

.PHONY: all module reader demo check check-fast check-style check-all oracle soundness live-truth fuzz bench install clean distclean help
