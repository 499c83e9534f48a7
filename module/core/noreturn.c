// SPDX-License-Identifier: GPL-2.0-only
#include "noreturn.h"

static const char * const names[] = {
	"__module_put_and_kthread_exit", "__reiserfs_panic", "__stack_chk_fail",
	"__ubsan_handle_builtin_unreachable", "arch_call_rest_init", "arch_cpu_idle_dead",
	"btrfs_assertfail", "cpu_bringup_and_idle", "cpu_startup_entry", "do_exit",
	"do_group_exit", "do_task_dead", "ex_handler_msr_mce", "fortify_panic",
	"hlt_play_dead", "hv_ghcb_terminate", "kthread_complete_and_exit", "kthread_exit",
	"kunit_try_catch_throw", "machine_real_restart", "make_task_dead",
	"mpt_halt_firmware", "nmi_panic_self_stop", "panic", "panic_smp_self_stop",
	"rest_init", "rewind_stack_and_make_dead", "sev_es_terminate", "snp_abort",
	"start_kernel", "stop_this_cpu", "usercopy_abort", "vpanic", "x86_64_start_kernel",
	"x86_64_start_reservations", "xen_cpu_bringup_again", "xen_start_kernel",
};
static_assert(ARRAY_SIZE(names) <= STACKANNO_NORETURNS_MAX);

const char *stackanno_noreturn_name(u32 index)
{
	return index < ARRAY_SIZE(names) ? names[index] : NULL;
}
