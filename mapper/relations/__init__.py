"""What is known of the relations between document classes, before anything is sent."""
