/* An older kernel, as far as Landlock goes: libseccomp lets a thread of the process answer for it. */
#ifndef TESTS_OLD_KERNEL_H
#define TESTS_OLD_KERNEL_H

#include <stdbool.h>

/* From here on the kernel tells this thread that its Landlock is of this version; 0: that it has none. False where that cannot be had. */
bool old_kernel_begin(int abi);

#endif
