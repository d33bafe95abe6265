// SPDX-License-Identifier: GPL-2.0-only
//! `FOUND.md`: each mistake, and the smallest bounds within which it is found.
