// SPDX-License-Identifier: GPL-2.0-only
/* sa_init: crashes in its init, by way of sa_crash's chain. */
#include <linux/module.h>

#include "sa_chain.h"
#include "sa_fault.h"
#include "sa_known.h"

static noinline __noclone int __init sa_init_init(void)
{
	SA_KNOWN_FRAME("init", "do_one_initcall");
	sa_chain_run("init", sa_fault_null_read);
	return 0;
}

static void __exit sa_init_exit(void)
{
}

module_init(sa_init_init);
module_exit(sa_init_exit);
MODULE_DESCRIPTION("Crashes in its init, with known words on the stack");
MODULE_LICENSE("GPL");
