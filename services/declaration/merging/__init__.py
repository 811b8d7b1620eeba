"""The merge of a customs and an inspection declaration of before the reform into one filing.

merge.of_forms(customs, inspection, dictionary=dictionary.at(day), zone=zone, answers=answers)

Nothing here files anything, reads a clock or asks anybody.
"""
