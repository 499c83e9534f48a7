# SPDX-License-Identifier: GPL-2.0-only
#
# What every guest needs before anything else. Sourced by the first process.
# shellcheck shell=dash

/bin/busybox mkdir -p /proc /sys /dev /tmp /sbin /usr/bin /usr/sbin
/bin/busybox --install -s /bin
export PATH=/bin:/sbin:/usr/bin:/usr/sbin:/payload/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t pstore pstore /sys/fs/pstore
mount -t tmpfs tmpfs /tmp
hostname guest
