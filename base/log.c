/* Log lines on stderr. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static const char *log_program = "netvane";
static enum log_level log_least = LOG_LEVEL_INFO;
static bool log_to_journal;
static void (*log_hook)(void *);
static void *log_hook_arg;

/* systemd names the journal's stream as "device:inode" (systemd.exec(5), JOURNAL_STREAM). */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream != NULL && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

void
log_init(const char *program, enum log_level level)
{
	log_program = program;
	log_least = level;
	log_to_journal = stderr_is_journal();
}

void
log_set_level(enum log_level level)
{
	log_least = level;
}

enum log_level
log_get_level(void)
{
	return log_least;
}

void
log_set_hook(void (*before_line)(void *arg), void *arg)
{
	log_hook = before_line;
	log_hook_arg = arg;
}

/*
 * What we log may quote a target list or a server: it must not end our line and begin one that
 * looks like ours, nor talk to the terminal. UTF-8 has no such bytes inside its characters but
 * for C1 controls, which are written 0xc2 0x80 to 0xc2 0x9f.
 */
static void
hide_controls(char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];
		bool c1 = i > 0 && (unsigned char)line[i - 1] == 0xc2 && c >= 0x80 && c < 0xa0;

		if (c < 0x20 || c == 0x7f)
			line[i] = c == '\t' ? ' ' : '?';
		if (c1)
			line[i - 1] = line[i] = '?';
	}
}

/* The line is built first and written once, so that lines of several processes stay whole. */
__attribute__((format(printf, 3, 0))) static void
log_line(enum log_level level, int err, const char *fmt, va_list ap)
{
	/* syslog(3) priorities: err 3, warning 4, info 6, debug 7. */
	static const char *const prefix[] = {"<3>", "<4>", "<6>", "<7>"};
	static const char *const word[] = {"error: ", "warning: ", "", "debug: "};
	char line[2048];
	size_t len, max = sizeof(line) - 1;
	int n;

	if (level > log_least)
		return;
	if (log_hook != NULL)
		log_hook(log_hook_arg);
	n = snprintf(line, max, "%s%s: %s", log_to_journal ? prefix[level] : "", log_program,
	    word[level]);
	len = n < 0 ? 0 : (size_t)n;
	n = vsnprintf(line + len, max - len, fmt, ap);
	if (n > 0)
		len = len + (size_t)n < max ? len + (size_t)n : max - 1;
	if (err != 0) {
		n = snprintf(line + len, max - len, ": %s", strerror(err));
		if (n > 0)
			len = len + (size_t)n < max ? len + (size_t)n : max - 1;
	}
	hide_controls(line, len);
	line[len++] = '\n';
	fflush(stdout);
	fwrite(line, 1, len, stderr);
	fflush(stderr);
}

#define LOG_FUNCTION(name, level, err) \
	void name(const char *fmt, ...) \
	{ \
		int saved = errno; \
		va_list ap; \
\
		va_start(ap, fmt); \
		log_line(level, err, fmt, ap); \
		va_end(ap); \
		errno = saved; \
	}

LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, 0)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, 0)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARN, saved)
LOG_FUNCTION(log_warnx, LOG_LEVEL_WARN, 0)
LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, saved)
LOG_FUNCTION(log_errorx, LOG_LEVEL_ERROR, 0)

void
log_fatal(const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_ERROR, saved, fmt, ap);
	va_end(ap);
	exit(EX_OSERR);
}

void
log_fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(LOG_LEVEL_ERROR, 0, fmt, ap);
	va_end(ap);
	exit(EX_OSERR);
}
