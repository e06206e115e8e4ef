"""The checks of a package, a file for each thing that must fit another. All pure.

Each takes the package's contents and the check that it fills with findings. The order in which they
are made, and which of them needs which, is said in `evidence.package.verify`.
"""
