/*
 * Logs are for the operator: what someone can act on, once, with the target and the step.
 * They go to stderr, one line each; under a systemd journal with "<N>" priority prefixes.
 * Measured facts go in records, never only here.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Sets the program's name and the least important level shown; detects a journal on stderr. */
void log_init(const char *program, enum log_level level);
void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/*
 * A live progress line shares stderr with the log: the hook runs before each line is written,
 * so that the line can be wiped. NULL removes it.
 */
void log_set_hook(void (*before_line)(void *arg), void *arg);

void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* log_warn and log_error add ": " and the text of errno; the x forms do not. */
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_errorx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* For what the machine cannot give us: logs and exits with 71 (EX_OSERR). */
_Noreturn void log_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void log_fatalx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
