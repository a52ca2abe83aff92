/* What a crash leaves at a segment's end: the journal's own, used by journal_open. */
#ifndef RESULTS_JOURNAL_TORN_H
#define RESULTS_JOURNAL_TORN_H

/*
 * Looks at the last line of every segment (netvane-*.jsonl) in a directory. One that lacks its
 * newline or is no whole JSON object is appended to SEGMENT.torn and cut off the segment. What
 * cannot be looked at or moved is logged and left as it is. `dir` is for the messages.
 */
void journal_move_torn(int dir_fd, const char *dir);

#endif
