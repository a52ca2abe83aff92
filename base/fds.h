/* The three descriptors that every program counts on. */
#ifndef BASE_FDS_H
#define BASE_FDS_H

/*
 * Opens /dev/null in place of standard input, output and error where the program was started without them: else the first file that
 * is opened, such as a lock or a journal, would become one of them, and be written into. To be called first in main.
 */
void fds_open_standard(void);

#endif
