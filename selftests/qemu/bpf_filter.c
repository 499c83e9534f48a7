// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends a packet through a filter that the kernel compiles, and which calls the
 * kernel. For the guest.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define OP(code, dst, src, off, imm) { code, dst, src, off, imm }
#define MOVE(dst, src) OP(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define SET(dst, imm) OP(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define ADD(dst, imm) OP(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm)
#define SUM(dst, src) OP(BPF_ALU64 | BPF_ADD | BPF_X, dst, src, 0, 0)
#define KEEP(off, imm) OP(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, off, imm)
#define HELP(function) OP(BPF_JMP | BPF_CALL, 0, 0, 0, function)
/* Over @distance instructions. */
#define CALL(distance) OP(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, distance)
#define EXIT OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* A function that calls another, each with all registers that it has to save. */
static const struct bpf_insn calls[] = {
	MOVE(BPF_REG_6, BPF_REG_1),
	SET(BPF_REG_7, 0x7007),
	SET(BPF_REG_8, 0x8008),
	SET(BPF_REG_9, 0x9009),
	KEEP(-8, 0x0ca1),
	KEEP(-16, 0x0ca2),
	CALL(6),
	SUM(BPF_REG_0, BPF_REG_7),
	SUM(BPF_REG_0, BPF_REG_8),
	SUM(BPF_REG_0, BPF_REG_9),
	MOVE(BPF_REG_1, BPF_REG_6),
	SET(BPF_REG_0, 0xffff),
	EXIT,
	/* the other */
	MOVE(BPF_REG_6, BPF_REG_1),
	SET(BPF_REG_7, 0x7117),
	KEEP(-8, 0x0ca3),
	SET(BPF_REG_2, 0),
	MOVE(BPF_REG_3, BPF_REG_10),
	ADD(BPF_REG_3, -16),
	SET(BPF_REG_4, 4),
	HELP(BPF_FUNC_skb_load_bytes),
	MOVE(BPF_REG_0, BPF_REG_7),
	MOVE(BPF_REG_1, BPF_REG_6),
	EXIT,
};

/* Of the old kind: what lies behind the packet's end is asked of the kernel. */
static const struct sock_filter classic[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4000),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
};

static int attach_new(int receiver)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)calls,
		.insn_cnt = ARRAY_SIZE(calls),
		.license = (uintptr_t)"GPL",
		.prog_name = "sa_filter",
	};
	int program = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (program < 0)
		return -1;
	return setsockopt(receiver, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof(program));
}

static int attach_classic(int receiver)
{
	const struct sock_fprog program = {
		ARRAY_SIZE(classic), (struct sock_filter *)classic };

	return setsockopt(receiver, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

int main(int argc, char **argv)
{
	static const char packet[64];
	int ends[2], is_classic;

	if (argc != 2 || (strcmp(argv[1], "calls") && strcmp(argv[1], "classic"))) {
		fprintf(stderr, "usage: bpf_filter calls|classic\n");
		return 2;
	}
	is_classic = !strcmp(argv[1], "classic");
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) ||
	    (is_classic ? attach_classic(ends[1]) : attach_new(ends[1]))) {
		fprintf(stderr, "bpf_filter: %s\n", strerror(errno));
		return 1;
	}
	/* The classic one drops it. */
	if (send(ends[0], packet, sizeof(packet), 0) != sizeof(packet) && !is_classic) {
		fprintf(stderr, "bpf_filter: send: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
