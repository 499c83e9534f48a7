// SPDX-License-Identifier: GPL-2.0-only
/*
 * stackanno: explains every word of a crashed kernel's stack.
 */
#include <linux/module.h>

#include "analyse.h"
#include "areas.h"
#include "ask.h"
#include "debugfs.h"
#include "kernel_btf.h"
#include "ksyms.h"
#include "module_btf.h"
#include "modules.h"
#include "objects.h"
#include "pages.h"
#include "percpu.h"
#include "policy.h"
#include "prototypes.h"
#include "region.h"
#include "sites.h"
#include "statics.h"
#include "store.h"
#include "task.h"
#include "trigger.h"
#include "unwind.h"

static int __init stackanno_init(void)
{
	int ret;

	ret = stackanno_policy_init();
	if (ret)
		return ret;
	ret = stackanno_ksyms_init(stackanno_policy_kallsyms());
	if (ret)
		return ret;
	stackanno_region_init();
	ret = stackanno_unwind_init();
	if (ret)
		return ret;
	ret = stackanno_percpu_init();
	if (ret)
		return ret;
	ret = stackanno_modules_init();
	if (ret)
		goto err_percpu;
	stackanno_kernel_btf_init();
	stackanno_pages_init();
	stackanno_objects_init();
	stackanno_areas_init();
	ret = stackanno_sites_init();
	if (ret)
		goto err_btf;
	ret = stackanno_analyse_init();
	if (ret)
		goto err_sites;
	ret = stackanno_tasks_init();
	if (ret)
		goto err_analyse;
	stackanno_statics_init();
	stackanno_prototypes_init();
	stackanno_module_btf_init();
	ret = stackanno_store_init(stackanno_policy_records());
	if (ret)
		goto err_module_btf;
	ret = stackanno_trigger_init();
	if (ret)
		goto err_store;
	stackanno_debugfs_init(stackanno_store_bytes() + stackanno_percpu_bytes() +
			       stackanno_kernel_btf_bytes() + stackanno_sites_bytes() +
			       stackanno_analyse_bytes() + stackanno_tasks_bytes() +
			       stackanno_prototypes_bytes());
	return 0;

err_store:
	stackanno_store_exit();
err_module_btf:
	stackanno_module_btf_exit();
	stackanno_prototypes_exit();
	stackanno_tasks_exit();
err_analyse:
	stackanno_analyse_exit();
err_sites:
	stackanno_sites_exit();
err_btf:
	stackanno_kernel_btf_exit();
	stackanno_modules_exit();
err_percpu:
	stackanno_percpu_exit();
	return ret;
}

static void __exit stackanno_exit(void)
{
	stackanno_debugfs_exit();
	stackanno_ask_exit();
	stackanno_trigger_exit();
	stackanno_store_exit();
	stackanno_module_btf_exit();
	stackanno_prototypes_exit();
	stackanno_tasks_exit();
	stackanno_analyse_exit();
	stackanno_sites_exit();
	stackanno_kernel_btf_exit();
	stackanno_modules_exit();
	stackanno_percpu_exit();
}

module_init(stackanno_init);
module_exit(stackanno_exit);

MODULE_DESCRIPTION("Explains every word of a crashed kernel's stack");
MODULE_VERSION("0.1");
MODULE_LICENSE("GPL");
