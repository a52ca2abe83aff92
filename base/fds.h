/* The three descriptors that every program counts on. */
#ifndef BASE_FDS_H
#define BASE_FDS_H

#include <stddef.h>

/*
 * Opens /dev/null in place of standard input, output and error where the program was started without them: else the first file that
 * is opened, such as a lock or a journal, would become one of them, and be written into. To be called first in main.
 */
void fds_open_standard(void);
/* Allows this process as many open files as its hard limit does, and says how many that is. */
size_t fds_raise_limit(void);

#endif
