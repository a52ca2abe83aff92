/*
 * The pause: while STATE/paused is there, and its time has not come, nothing is to be measured and nothing sent. `netvane pause' writes
 * it, `netvane resume' removes it, and whoever measures looks at it. When in doubt it is a pause: a file that cannot be read or
 * understood pauses until somebody resumes.
 */
#ifndef PROBE_PAUSE_H
#define PROBE_PAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* PAUSE_FILE_MAX: bytes; a longer file is not understood. */
enum { PAUSE_REASON_SIZE = 200, PAUSE_FILE_MAX = 4096 };

struct pause {
	bool there; /* a file is there; its time may be over: pause_holds */
	int64_t until_us; /* wall clock; 0: until somebody resumes */
	int64_t since_us; /* 0 unknown */
	char reason[PAUSE_REASON_SIZE]; /* UTF-8, without controls; "" none was given */
	const char *flaw; /* why the file could not be read or understood, for people; NULL it was. Static */
};

/* The file's text: "until = TIME" or "until = resume", "since = TIME", "reason = TEXT", a line each. Pure. */
void pause_parse(struct pause *pause, const char *text, size_t len);
void pause_write(const struct pause *pause, struct buf *out);
/* Whether it is in force at that time. Pure. */
bool pause_holds(const struct pause *pause, int64_t wall_us);
/* "paused until 2026-11-22T06:30:00Z (elections)" and the like; whoever logs it does so when it changes. Pure. */
void pause_words(const struct pause *pause, struct buf *out);
/* "90m", "2h", "1d12h", "1h 30m": units s m h d w, each once, the larger first. Seconds, at least 1 and at most 10 years; -1: none. Pure. */
int64_t pause_duration(const char *text);

/* What is in the state directory. Logs nothing: flaw says what is wrong. Cheap enough to be called every few seconds. */
void pause_read(const char *state_dir, struct pause *pause);
/* Replaces what is there, at once and for good (0600, and the state directory's owner's). Returns 0, or -1 after logging. */
int pause_set(const char *state_dir, const struct pause *pause);
/* Returns 1: removed, 0: there was none, or -1 after logging. */
int pause_remove(const char *state_dir);

#endif
