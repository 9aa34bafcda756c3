@rem The scripts of package.json begin with exec, so that signals reach them without a shell in between; cmd has no such word.
@%*
