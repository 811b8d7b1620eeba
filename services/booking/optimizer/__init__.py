"""The optimizer: chooses the joint slots of a whole horizon and proves how good its plan is."""
