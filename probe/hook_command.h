/*
 * A command line as the configuration has it, cut up without a shell. Words are separated by spaces and tabs; between '...' or
 * "..." everything stands for itself, spaces and the other quotation mark included. Nothing else has a meaning: no backslash, no
 * variables, no wildcards. The first word is the program's absolute path.
 */
#ifndef PROBE_HOOK_COMMAND_H
#define PROBE_HOOK_COMMAND_H

/* Returns the words and a final NULL, to free with hook_command_free; NULL: it is none, and *wrong says why (static). Pure. */
char **hook_command_parse(const char *text, const char **wrong);
/* NULL is fine. */
void hook_command_free(char **words);

#endif
