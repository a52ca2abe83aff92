/* What an interrupted seal or an interrupted thinning leaves: the journal's own, used by journal_open. */
#ifndef RESULTS_JOURNAL_CLEAN_H
#define RESULTS_JOURNAL_CLEAN_H

/*
 * Half-made files (.part; .thin, unless there is an intent that needs them) are removed. Where a segment is there and its sealed copy
 * as well, they are compared, which takes its time but is rare: equal, the original goes; else both stay. `dir` is for the messages.
 * What cannot be done is logged and left for the next time.
 */
void journal_clean(int dir_fd, const char *dir);

#endif
