/* Regular expressions that others wrote, for POSIX's regcomp. */
#ifndef RESULTS_REGEXP_H
#define RESULTS_REGEXP_H

#include <regex.h>

/*
 * Compiles a POSIX extended regular expression (to regfree) that matches bytes, whatever the
 * locale; regexec tells only whether it matches. Refused is also what regcomp would take for
 * something else than an author used to other dialects meant, and what would grow beyond bounds.
 * Returns NULL, or what is wrong: static, good until the next call.
 */
const char *regexp_compile(const char *pattern, regex_t *regex);

#endif
