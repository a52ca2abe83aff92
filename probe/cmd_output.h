/* What subcommands share that show and check files: `netvane targets` and `netvane calendars`. */
#ifndef PROBE_CMD_OUTPUT_H
#define PROBE_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct table;

/* The commands that a command has. */
struct cmd_word {
	const char *name;
	int (*run)(int argc, char **argv);
};
/* Runs the one that argv[1] names; --help prints `help`. Returns the exit code. */
int cmd_words(int argc, char **argv, const char *help, const struct cmd_word *words, size_t nwords);
/* Reads --json and --help (which prints `help`), and nothing else. Returns the exit code, or -1 to
 * go on at optind. */
int cmd_json_options(int argc, char **argv, const char *help, bool *json);

/* Ends a line, prints it and empties it. */
void cmd_print_line(struct buf *line);
/* Prints a table, as wide as the terminal, and frees it. */
void cmd_print_table(struct table *table);
/* What was printed is only good once it arrived: the code, or that of a failed write. */
int cmd_close_output(int code);

/* "file:line: message" on stderr; line 0: the whole file. */
void cmd_print_problem(const char *file, int line, bool fatal, const char *message);
/* A list_report or calendar_report that prints what is bad and passes over notes. */
void cmd_report_bad(const char *file, int line, bool fatal, const char *message, void *arg);
/* One that prints everything; arg: a bool, true for JSON on stdout. */
void cmd_report_all(const char *file, int line, bool fatal, const char *message, void *arg);
/* The exit code for what list_load and calendar_load return: 0, -1 bad data, -2 cannot be read. */
int cmd_load_code(int rc);

#endif
