"""What is said and heard: templates, filters, prompts, the machine's own sentences, recognition, and durations."""
