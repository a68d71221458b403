"""What leaves and what comes in: study folder, ODM, REDCap, CRF, inspector's pack, backup."""
