Select a user from the list;
Select files from disk;
Update your profile and set a password;
update your profile;
Delete the item from cart;
Insert coin into slot;
Create a table for the guests;
select one of the items from your cart, please;
With love (and a select few) from me;
Drop by the table;
from the start;
Selected from;
SELECT 1;
update the record and set the value
