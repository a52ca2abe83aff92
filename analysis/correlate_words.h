/* What the correlation comes to, in words. Pure. */
#ifndef ANALYSIS_CORRELATE_WORDS_H
#define ANALYSIS_CORRELATE_WORDS_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct catalogue;
struct correlate_answer;
struct correlate_question;
struct correlate_row;
struct event_choice;

/* All that is told. Everything is borrowed. */
struct correlate_report {
	const struct catalogue *words; /* the language; NULL: English */
	const struct correlate_question *question;
	const struct correlate_answer *answer;
	const struct event_choice *choice;
	const char *zones; /* "Asia/Almaty", or several with commas */
	const char *calendars; /* "kz", or several with commas */
	int64_t placeless; /* measurements of unknown country, whose days are UTC's */
};

/* The sentence that comes first: the answer, with its numbers. */
void correlate_verdict(const struct correlate_report *report, struct buf *out);
/* What must be known to read the numbers; each in the arena. NULL ends the list. */
const char **correlate_caveats(const struct correlate_report *report, struct arena *arena);
/* How it was done, so that it can be done again. */
void correlate_method(const struct correlate_report *report, struct buf *out);

enum { CORRELATE_NOTES = 4 };
/* Why there is no p-value, or what speaks against the finding: messages of a few words each. Returns how many, of CORRELATE_NOTES at most. */
size_t correlate_notes(const struct correlate_row *row, const char *notes[CORRELATE_NOTES]);
/* The same in English, "" for nothing. */
void correlate_note(const struct correlate_row *row, struct buf *out);

#endif
