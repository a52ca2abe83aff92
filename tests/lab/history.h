/* A week that never was: records of one clean run, as if they had been made four times a day for seven days. */
#ifndef LAB_HISTORY_H
#define LAB_HISTORY_H

/* Reads the records in the results directory `from` and writes them, with other times and names, to `to`. Logs and returns -1. */
int history_write(const char *from, const char *to);

#endif
