/* What subcommands share that show and check files. */
#include "probe/cmd_output.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/table.h"

int
cmd_words(int argc, char **argv, const char *help, const struct cmd_word *words, size_t nwords)
{
	char name[64];
	size_t i;

	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		return cmd_close_output(EXIT_SUCCESS);
	}
	optind = 0; /* whoever looked at the arguments before: getopt begins anew */
	for (i = 0; argc >= 2 && i < nwords; i++)
		if (strcmp(argv[1], words[i].name) == 0) {
			snprintf(name, sizeof(name), "%s %s", argv[0], words[i].name);
			argv[1] = name;
			return words[i].run(argc - 1, argv + 1);
		}
	if (argc >= 2)
		log_errorx("there is no command '%s %s'; see %s --help", argv[0], argv[1], argv[0]);
	else
		fputs(help, stderr);
	return EX_USAGE;
}

int
cmd_json_options(int argc, char **argv, const char *help, bool *json)
{
	static const struct option options[] = {
	    {"json", no_argument, NULL, 'j'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	*json = false;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'j':
			*json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return cmd_close_output(EXIT_SUCCESS);
		default:
			return EX_USAGE;
		}
	}
	return -1;
}

void
cmd_print_line(struct buf *line)
{
	buf_putc(line, '\n');
	fwrite(buf_str(line), 1, line->len, stdout);
	buf_clear(line);
}

void
cmd_print_table(struct table *table)
{
	table_write(table, stdout, table_terminal_width(STDOUT_FILENO), false);
	table_free(table);
}

int
cmd_close_output(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("standard output");
	return EX_IOERR;
}

void
cmd_print_problem(const char *file, int line, bool fatal, const char *message)
{
	fflush(stdout);
	if (line > 0)
		fprintf(stderr, "%s:%d: %s%s\n", file, line, fatal ? "" : "note: ", message);
	else
		fprintf(stderr, "%s: %s\n", file, message);
}

void
cmd_report_bad(const char *file, int line, bool fatal, const char *message, void *arg)
{
	(void)arg;
	if (fatal)
		cmd_print_problem(file, line, fatal, message);
}

void
cmd_report_all(const char *file, int line, bool fatal, const char *message, void *arg)
{
	const bool *json = arg;
	struct buf out = BUF_EMPTY;
	struct json j;

	if (!*json) {
		cmd_print_problem(file, line, fatal, message);
		return;
	}
	json_init(&j, &out);
	json_put_object(&j, NULL);
	json_put_string(&j, "file", file);
	json_put_int(&j, "line", line);
	json_put_bool(&j, "bad", fatal);
	json_put_string(&j, "message", message);
	json_put_object_end(&j);
	cmd_print_line(&out);
	buf_free(&out);
}

int
cmd_load_code(int rc)
{
	return rc == 0 ? EXIT_SUCCESS : rc == -1 ? EX_DATAERR : EX_NOINPUT;
}
