/* What tests of the journal's care share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/record_look.h"
#include "results/record_reader.h"
#include "tests/journal_lab.h"

char *lab_dir;
static char *top;
static int stderr_fd;
static int64_t passed_us;

static int64_t
wall_us(void *arg)
{
	(void)arg;
	return LAB_START + passed_us;
}

static int64_t
mono_ns(void *arg)
{
	(void)arg;
	return passed_us * 1000;
}

static const struct clock_source lab_clock = {wall_us, mono_ns, NULL};

void
lab_pass_s(int64_t seconds)
{
	passed_us += seconds * 1000000;
}

int
lab_new(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *log;
	int fd;

	(void)state;
	top = xasprintf("%s/netvane-care.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(top) == NULL)
		return -1;
	lab_dir = xasprintf("%s/results", top);
	log = xasprintf("%s/log", top);
	fd = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	free(log);
	stderr_fd = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	passed_us = 0;
	clock_replace(&lab_clock);
	return 0;
}

int
lab_free(void **state)
{
	char *command = xasprintf("rm -rf '%s'", top);
	int status;

	(void)state;
	clock_replace(NULL);
	dup2(stderr_fd, STDERR_FILENO);
	close(stderr_fd);
	status = system(command);
	free(command);
	free(lab_dir);
	free(top);
	return status;
}

char *
lab_slurp(const char *file)
{
	char *path = xasprintf("%s/%s", lab_dir, file);
	FILE *f = fopen(path, "r");
	struct buf buf = BUF_EMPTY;
	char block[4096];
	size_t n;

	free(path);
	if (f == NULL)
		return NULL;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&buf, block, n);
	fclose(f);
	return buf_steal(&buf);
}

void
lab_spill(const char *file, const void *data, size_t len)
{
	char *path = xasprintf("%s/%s", lab_dir, file);
	FILE *f;

	mkdir(lab_dir, 0700);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	free(path);
}

long
lab_size(const char *file)
{
	char *path = xasprintf("%s/%s", lab_dir, file);
	struct stat st;
	long size = stat(path, &st) == 0 ? (long)st.st_size : -1;

	free(path);
	return size;
}

bool
lab_has(const char *file)
{
	return lab_size(file) >= 0;
}

int
lab_count_files(const char *part)
{
	DIR *dir = opendir(lab_dir);
	const struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		n += strstr(entry->d_name, part) != NULL;
	closedir(dir);
	return n;
}

char *
lab_log(void)
{
	return lab_slurp("../log");
}

/* Hexadecimal of a generator that never repeats, so that compression has something to do. */
static void
fill(struct buf *out, size_t len, unsigned seed)
{
	while (len-- > 0) {
		seed = seed * 1103515245 + 12345;
		buf_putc(out, "0123456789abcdef"[seed >> 16 & 15]);
	}
}

void
lab_line(struct buf *out, const struct lab_record *record)
{
	const char *name = record->test_name != NULL ? record->test_name : "web_connectivity";
	bool round = strcmp(name, "netvane_round") == 0, event = strcmp(name, "netvane_event") == 0;
	const char *status = record->status != NULL ? record->status
			     : round		    ? "online"
			     : event		    ? "gap"
						    : "ok";

	buf_printf(out, "{\"id\":\"%032x\",\"test_name\":\"%s\",\"test_keys\":{\"fill\":\"",
	    (unsigned)record->n, name);
	fill(out, record->fill, (unsigned)record->n);
	buf_printf(out, "\",\"x_netvane\":{\"round_id\":\"%032x\",\"%s\":{\"%s\":\"%s\"}}}}\n",
	    (unsigned)record->round, round ? "network" : event ? "event" : "verdict",
	    round ? "state" : event ? "kind" : "status", status);
}

void
lab_round(struct journal *journal, int *id, int round, int targets, int odd)
{
	struct buf line = BUF_EMPTY;
	struct lab_record record;
	int i;

	for (i = 0; i <= targets; i++) {
		record = (struct lab_record){.n = (*id)++, .round = round, .fill = 200};
		if (i == odd)
			record.status = "blocked";
		if (i == targets)
			record.test_name = "netvane_round";
		buf_clear(&line);
		lab_line(&line, &record);
		assert_int_equal(journal_append(journal, line.data, line.len), 0);
	}
	assert_int_equal(journal_sync(journal), 0);
	buf_free(&line);
}

static void
complain(const char *file, int64_t line, const char *message, void *arg)
{
	struct lab_seen *seen = arg;

	(void)file;
	(void)line;
	(void)message;
	seen->bad++;
}

struct lab_seen
lab_read(const char *dir, int max)
{
	struct lab_seen seen = {.count = xcalloc((size_t)max, sizeof(int)), .max = max};
	char *path = xstrdup(dir);
	struct record_reader *reader = record_reader_new(&path, 1, complain, &seen);
	struct record_line line;
	struct record_look look;
	long n;

	while (record_reader_next(reader, &line) == 1) {
		seen.lines++;
		seen.torn += line.torn;
		record_look(line.data, line.len, &look);
		n = look.id[0] != '\0' ? strtol(look.id, NULL, 16) : -1;
		if (n >= 0 && n < max)
			seen.count[n]++;
		else
			seen.bad++;
	}
	record_reader_free(reader);
	free(path);
	return seen;
}

void
lab_seen_free(struct lab_seen *seen)
{
	free(seen->count);
	*seen = (struct lab_seen){0};
}

struct journal *
lab_open(void)
{
	struct journal *journal;
	pid_t pid;

	assert_int_equal(journal_open(lab_dir, &journal, &pid), JOURNAL_OK);
	return journal;
}

int
lab_lines_of(const char *file)
{
	char *path = xasprintf("%s/%s", lab_dir, file);
	struct record_reader *reader = record_reader_new(&path, 1, NULL, NULL);
	struct record_line line;
	int n = 0;

	while (record_reader_next(reader, &line) == 1)
		n++;
	assert_int_equal(record_reader_errors(reader), 0);
	record_reader_free(reader);
	free(path);
	return n;
}
