/* What the two files of `netvane targets` share. */
#ifndef PROBE_CMD_TARGETS_H
#define PROBE_CMD_TARGETS_H

int targets_import(int argc, char **argv);

#endif
