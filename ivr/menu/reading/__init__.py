"""From YAML to declared sections: places, validation, and the problems that an editor reads."""
