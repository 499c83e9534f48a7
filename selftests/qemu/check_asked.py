# SPDX-License-Identifier: GPL-2.0-only
"""Reports that were asked for, and the module's coming and going."""
