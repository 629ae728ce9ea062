"""The console where staff turn what citizens could not find into better FAQ files."""
