/* The subcommands of main.c's table. Each takes its own arguments and returns an exit code. */
#ifndef ANALYSIS_COMMANDS_H
#define ANALYSIS_COMMANDS_H

int cmd_episodes(int argc, char **argv);
int cmd_interception(int argc, char **argv);
int cmd_correlate(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_summary(int argc, char **argv);
int cmd_verdicts(int argc, char **argv);

#endif
