"""Question sets, measures, runs and reports: how good the answers are, where they fail, how surely.

Modules, in the order of a run: cases, sentences, systems, run, metrics, intervals, summary, report;
then compare, squad and bench.
"""
