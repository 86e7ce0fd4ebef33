// The solver's thread when Node runs the sources: here too its script has the name that the built one has.
import './node-entry.ts'
