"""Answers as learners write them, one file for each file of exercises.

Each file has RIGHT, a right answer to every exercise by its name, and WRONG,
for every exercise a list of (what is wrong, the answer, words of the hint).
"""
