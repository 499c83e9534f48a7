# SPDX-License-Identifier: GPL-2.0-only
#
# For programs that read a kernel's code; what they link is
#	$(decoder)	the kernel's instruction decoder, out of Debian's linux-source package
#	$(image)	what reads vmlinux and modules, with $(image_libs)
# Included by makefiles that have set O, CC, SOURCE (the unpacked source), top, CFLAGS
# and CPPFLAGS.

image := $(addprefix $(O)/image/,image.o image_tables.o image_module.o)
image_libs := -ldw -lelf
decoder := $(addprefix $(O)/decoder/,decode.o insn.o inat.o)
decoder_tools = $(SOURCE)/tools
decoder_include = -I$(decoder_tools)/arch/x86/include
# Its own files are compiled as the kernel's tools compile them.
decoder_flags = -O2 -w -I$(decoder_tools)/arch/x86/lib -I$(decoder_tools)/include \
	$(decoder_include) -I$(O)/decoder

$(O)/decoder/inat-tables.c: $(decoder_tools)/arch/x86/lib/x86-opcode-map.txt
	@mkdir -p $(@D)
	LC_ALL=C gawk -f $(decoder_tools)/arch/x86/tools/gen-insn-attr-x86.awk $< > $@.new
	mv $@.new $@

$(O)/decoder/inat.o: $(decoder_tools)/arch/x86/lib/inat.c $(O)/decoder/inat-tables.c
	$(CC) $(decoder_flags) -c -o $@ $<

$(O)/decoder/insn.o: $(decoder_tools)/arch/x86/lib/insn.c
	@mkdir -p $(@D)
	$(CC) $(decoder_flags) -c -o $@ $<

$(O)/decoder/decode.o: $(top)/userspace/decode.c $(top)/userspace/decoder.mk
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(decoder_include) $(CFLAGS) -Wno-unused-parameter -c -o $@ $<

$(O)/image/%.o: $(top)/userspace/%.c $(top)/userspace/decoder.mk
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
