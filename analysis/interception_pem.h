/* Writes the forged chains, and beside them those expected, as PEM files. */
#ifndef ANALYSIS_INTERCEPTION_PEM_H
#define ANALYSIS_INTERCEPTION_PEM_H

struct interception_report;

/*
 * Makes the directory (0700), one in it for each group, and in that 01-HOST.forged.pem and, where it is known, 01-HOST.expected.pem for each
 * target; files of those names are written over. Returns 0, or -1 after logging what cannot be written.
 */
int interception_pem_write(const struct interception_report *report, const char *dir);

#endif
