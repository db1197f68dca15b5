/*
 * Unpublished: who locks a node that he has just made, then the list to put it there, meets nobody
 * who has the list and wants the node. Guilty: he does it once more when it is in the list.
 */
#include "order.h"

static pthread_mutex_t list = PTHREAD_MUTEX_INITIALIZER;
static struct node {
    pthread_mutex_t lock;
    int value;
} * in_list;

static void look(void)
{
    pthread_mutex_lock(&list);
    if (in_list) {
        pthread_mutex_lock(&in_list->lock);
        in_list->value++;
        pthread_mutex_unlock(&in_list->lock);
    }
    pthread_mutex_unlock(&list);
}

static void put(struct node *node)
{
    pthread_mutex_lock(&node->lock);
    pthread_mutex_lock(&list);
    in_list = node;
    pthread_mutex_unlock(&list);
    pthread_mutex_unlock(&node->lock);
}

static void insert(void)
{
    struct node *node = malloc(sizeof *node);
    pthread_mutex_init(&node->lock, NULL);
    node->value = 0;
    put(node);
    order_pass_on();
    order_await(4);
    if (order_is_guilty)
        put(node);
}

static void look_again(void)
{
    look();
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(look, insert, look_again);
    pthread_mutex_destroy(&in_list->lock);
    free(in_list);
    return 0;
}
